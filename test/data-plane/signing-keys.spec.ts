/** How private keys are kept, and how several servers share them. */
import { expect, it } from '@jest/globals';
import { randomBytes } from 'node:crypto';
import { SigningKeys } from '../../src/assertions/index.js';
import { onBothEngines } from '../support/engines.js';
import { send } from '../support/http.js';
import { ACCOUNT, startServer, type TestServer } from '../support/test-server.js';
import { ask, assertionOf, guardedApplication } from './guarded.js';
import { cast, pair } from './support.js';

const KEY = randomBytes(32);

const privateKeys = async ({ dataSource }: TestServer): Promise<string[]> =>
  (
    await dataSource.query<{ private_key: string }[]>('SELECT private_key FROM latchkey_signing_key ORDER BY sequence')
  ).map(({ private_key: key }) => key);
const kids = async ({ app }: TestServer): Promise<string[]> =>
  (await app.get(SigningKeys).published()).map(({ publicKey }) => publicKey.kid);

onBothEngines('the keys for assertions', (engine) => {
  it('are encrypted at the next start with a key, and need it from then on', async () => {
    const plain = await startServer(engine);
    const { id } = await guardedApplication(plain);
    const service = pair(await cast(plain).token(ACCOUNT.id));
    assertionOf(await ask(plain, `app=${id}`, service));
    const published = await kids(plain);
    expect((await privateKeys(plain)).map((key) => key.slice(0, 27))).toEqual(
      Array(2).fill('-----BEGIN PRIVATE KEY-----'),
    );
    await plain.stop();

    const encrypting = await startServer(engine, { ASSERTION_KEY: KEY.toString('hex') }, plain.database);
    expect(await kids(encrypting)).toEqual(published);
    assertionOf(await ask(encrypting, `app=${id}`, service));
    const encrypted = await privateKeys(encrypting);
    for (const key of encrypted) expect(key).toMatch(/^eyJ[\w-]+\.\.[\w-]+\.[\w-]+\.[\w-]+$/);
    await encrypting.stop();

    await expect(startServer(engine, {}, plain.database)).rejects.toThrow(/set ASSERTION_KEY_FILE to the file/);
    const other = { ASSERTION_KEY: randomBytes(32).toString('base64') };
    await expect(startServer(engine, other, plain.database)).rejects.toThrow(/encrypted with another key/);

    const again = await startServer(engine, { ASSERTION_KEY: KEY.toString('base64') }, plain.database);
    expect(await privateKeys(again)).toEqual(encrypted);
    assertionOf(await ask(again, `app=${id}`, service));
    await again.close();
  });

  it('are made once, however many ask for them at the same time', async () => {
    const server = await startServer(engine);
    const replies = await Promise.all(
      Array.from({ length: 5 }, () => send(server.baseUrl, 'GET', '/cdn-cgi/access/certs')),
    );
    expect(new Set(replies.map(({ text }) => text)).size).toBe(1);
    expect(await privateKeys(server)).toHaveLength(2);
    await server.close();
  });

  if (engine === 'postgres') {
    it('are the same on all instances, also if two make them at once', async () => {
      const one = await startServer(engine);
      const other = await startServer(engine, {}, one.database);
      const [ours, theirs] = await Promise.all([kids(one), kids(other)]);
      expect([ours.length, theirs]).toEqual([2, ours]);
      expect(await privateKeys(one)).toHaveLength(2);
      await other.stop();
      await one.close();
    });
  }
});
