/** What an instance logs while it cannot hear of changes: one warning for each outage, however often it tries again. */
import { setTimeout as delay } from 'node:timers/promises';
import { Logger } from '@nestjs/common';
import { afterEach, expect, it } from '@jest/globals';
import { ChangeRelay } from '../../src/core/index.js';
import { Recorder } from '../support/channels.js';
import { createDatabase } from '../support/engines.js';
import { TcpProxy } from '../support/tcp-proxy.js';
import { startServer } from '../support/test-server.js';

afterEach(() => {
  Logger.overrideLogger(false);
});

it('an outage is one warning, and its end one line, for several attempts to reconnect', async () => {
  const database = await createDatabase('postgres');
  const proxy = await TcpProxy.to(database.url);
  const server = await startServer('postgres', {}, { ...database, url: proxy.url });
  const relay = server.app.get(ChangeRelay);
  const [warnings, lines]: [string[], string[]] = [[], []];
  Logger.overrideLogger({
    error: () => undefined,
    warn: (text: string) => warnings.push(text),
    log: (text: string) => lines.push(text),
  });
  for (let outage = 1; outage <= 2; outage += 1) {
    const recorder = new Recorder('latchkey:relay');
    proxy.cut();
    while (recorder.of('latchkey:relay').filter(({ event }) => event === 'lost').length < 4) await delay(20);
    recorder.stop();
    proxy.mend();
    while (!relay.isCurrent()) await delay(20);
    expect(warnings.filter((text) => text.startsWith('no longer receiving changes'))).toHaveLength(outage);
    expect(lines.filter((text) => text === 'receiving changes again')).toHaveLength(outage);
  }
});
