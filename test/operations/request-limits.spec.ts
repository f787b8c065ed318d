/** The limits of what strangers send: each has a setting, is published and counted, and its answer says what to do. */
import { Logger } from '@nestjs/common';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { Recorder, type Message } from '../support/channels.js';
import { RawConnection } from '../support/raw-connection.js';
import { ACCOUNT, ADMIN, startInHost, startServer, type TestServer } from '../support/test-server.js';
import { Samples } from '../monitoring/samples.js';

const BODY = 1024;
const LIMITS = {
  HEADERS_MAX_BYTES: '5000',
  HEADERS_MAX_LINES: '50',
  HEADERS_TIMEOUT_SECONDS: '1',
  BODY_MAX_BYTES: String(BODY),
  BODY_TIMEOUT_SECONDS: '1',
  VERIFY_PORT: '0',
};

const HEAD = 'GET /verify HTTP/1.1\r\nHost: x\r\nConnection: close\r\n';
const lines = (count: number): string => 'a:\r\n'.repeat(count);

interface Answered {
  readonly status: number;
  readonly body: string;
}

async function answerTo(baseUrl: string, bytes: string): Promise<Answered> {
  const connection = new RawConnection(baseUrl, bytes);
  await connection.ended;
  const { text } = connection;
  return { status: Number(text.slice(9, 12)), body: text.slice(text.indexOf('\r\n\r\n') + 4) };
}

describe('a limit on requests', () => {
  let server: TestServer;
  let recorder: Recorder;
  let warnings: string[];

  beforeAll(async () => {
    server = await startServer('sqlite', LIMITS);
  });
  afterAll(() => server.close());

  beforeEach(() => {
    recorder = new Recorder('latchkey:capacity');
    warnings = [];
    Logger.overrideLogger({
      log: () => undefined,
      error: () => undefined,
      warn: (text: string) => warnings.push(text),
    });
  });
  afterEach(() => {
    recorder.stop();
    Logger.overrideLogger(false);
  });

  const reported = (): Message[] => recorder.of('latchkey:capacity');
  const from = (resource: string, limit: number): Message => ({ resource, limit, address: '127.0.0.1' });

  it('of the size of headers answers 431 with the number and the setting, is published, counted and logged', async () => {
    const before = await Samples.of(server);
    const long = `${HEAD}X: ${'a'.repeat(5100)}\r\n\r\n`;
    const answers = [await answerTo(server.baseUrl, long), await answerTo(server.baseUrl, long)];
    for (const { status, body } of answers) {
      expect([status, body]).toEqual([
        431,
        expect.stringMatching(/longer than 5000 bytes: send fewer.*HEADERS_MAX_BYTES/),
      ]);
    }
    expect(reported()).toEqual([from('header_bytes', 5000), from('header_bytes', 5000)]);
    expect(warnings).toEqual([expect.stringMatching(/refused with 431.*5000 bytes/)]);
    const after = await Samples.of(server);
    const labels = { resource: 'header_bytes' };
    const name = 'latchkey_capacity_refusals_total';
    expect(after.sum(name, labels) - before.sum(name, labels)).toBe(2);
  });

  it('of the number of header lines answers 431 likewise, and takes as many as it says', async () => {
    const { status, body } = await answerTo(server.baseUrl, `${HEAD}${lines(49)}\r\n`);
    expect([status, body]).toEqual([
      431,
      expect.stringMatching(/more than 50 header lines: send fewer.*HEADERS_MAX_LINES/),
    ]);
    expect(reported()).toEqual([from('header_lines', 50)]);
    expect(warnings).toEqual([expect.stringMatching(/refused with 431.*50 header lines/)]);
    const token = `Private-Token: ${ADMIN.token}\r\n`;
    expect((await answerTo(server.baseUrl, `${HEAD}${lines(47)}${token}\r\n`)).status).toBe(200);
  });

  it('of the time of headers answers 408 likewise, but is not reported for a connection that nobody has used', async () => {
    const [begun, unused] = await Promise.all(['GET / HT', ''].map((bytes) => answerTo(server.baseUrl, bytes)));
    expect(begun).toEqual(unused);
    expect([begun?.status, begun?.body]).toEqual([
      408,
      expect.stringMatching(/longer than 1 seconds to arrive: send it without pauses.*HEADERS_TIMEOUT_SECONDS/),
    ]);
    expect(reported()).toEqual([from('slow_headers', 1000)]);
    expect(warnings).toEqual([expect.stringMatching(/refused with 408/)]);
  });

  it('of the size and the time of bodies is answered in the form of the dialect, with the number and the setting', async () => {
    const post = (path: string, headers: string, length: number): Promise<Answered> =>
      answerTo(
        server.baseUrl,
        `POST ${path} HTTP/1.1\r\nHost: x\r\n${headers}Connection: close\r\nContent-Length: ${String(length)}\r\n\r\n{"a`,
      );
    const bearer = `Authorization: Bearer ${ADMIN.token}\r\n`;
    const routes: [string, string][] = [
      [`/client/v4/accounts/${ACCOUNT.id}/access/service_tokens`, bearer],
      ['/crmapi/rest/v2/access_tokens/list', ''],
      ['/api/v1/users/login', ''],
      ['/oauth2/introspect', `${bearer}Content-Type: application/x-www-form-urlencoded\r\n`],
    ];
    const tooLong = await Promise.all(routes.map(([path, headers]) => post(path, headers, BODY + 1)));
    for (const { body } of tooLong)
      expect(body).toMatch(/larger than 1024 bytes \(setting BODY_MAX_BYTES\): send less/);
    expect(reported()).toEqual(routes.map(() => from('body_bytes', BODY)));
    recorder.clear();
    const tooSlow = await Promise.all(routes.map(([path, headers]) => post(path, headers, 100)));
    for (const { body } of tooSlow)
      expect(body).toMatch(/longer than 1 seconds to arrive \(setting BODY_TIMEOUT_SECONDS\): send it without pauses/);
    expect(reported()).toEqual(routes.map(() => from('slow_bodies', 1000)));
  });
});

it('a host, whose HTTP server is not ours, gets 431 at /verify from where Node drops headers', async () => {
  const host = await startInHost('sqlite');
  const head = `GET ${host.basePath}/verify HTTP/1.1\r\nHost: x\r\nConnection: close\r\n`;
  const token = `Private-Token: ${ADMIN.token}\r\n`;
  expect((await answerTo(host.baseUrl, `${head}${lines(990)}${token}\r\n`)).status).toBe(200);
  const { status, body } = await answerTo(host.baseUrl, `${head}${token}${lines(1000)}\r\n`);
  expect([status, body]).toEqual([431, expect.stringMatching(/1000 header lines or more: send fewer/)]);
  await host.close();
});
