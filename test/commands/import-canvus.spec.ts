/** Moving in from a Canvus server: the plain tokens that people hold go on working, under the same ids. */
import { hash } from 'node:crypto';
import { mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { setTimeout as delay } from 'node:timers/promises';
import path from 'node:path';
import { afterAll, beforeAll, beforeEach, expect, it } from '@jest/globals';
import bcrypt from 'bcrypt';
import { Token } from '../../src/core/index.js';
import { User } from '../../src/identity/index.js';
import { closeLater } from '../support/closing.js';
import { Recorder } from '../support/channels.js';
import { onBothEngines } from '../support/engines.js';
import { send } from '../support/http.js';
import { ADMIN, startServer, type TestServer } from '../support/test-server.js';
import { latchkey, type CommandResult } from './support.js';

/** docs/design.md §5. */
const VECTOR = {
  plain: 'QbhGvPSeh0hLSgfJb120I6by4ao1J5RRd59XmNOQq2g',
  id: 'JDJhJDA0JENKTWJDT0g1QVNYSkFQTXh3NlhNWi44SUR3aHJaY2E1UUVaOGZUeTRDejB2ZnQzWGovclQ2',
};

const ALICE = {
  id: 1044,
  email: 'alice@example.com',
  name: 'Alice',
  admin: false,
  approved: true,
  blocked: false,
  created_at: '2021-07-02T06:38:36.025Z',
  last_login: '',
  state: 'normal',
  access_tokens: [{ id: VECTOR.id, description: 'First token', created_at: '2021-07-02T06:38:36.025' }],
};

/** Every server has them (docs/contracts/canvus.md §3.2). */
const GUEST = { ...ALICE, id: 100, email: '', name: 'Guest', access_tokens: [] };

let folder: string;

function fileOf(...rows: readonly unknown[]): string {
  const file = path.join(folder, 'listing.jsonl');
  writeFileSync(file, rows.map((row) => (typeof row === 'string' ? row : JSON.stringify(row))).join('\n'));
  return file;
}

onBothEngines('latchkey import canvus', (engine) => {
  beforeAll(() => {
    folder = mkdtempSync(path.join(tmpdir(), 'latchkey-import-'));
  });

  afterAll(() => {
    rmSync(folder, { recursive: true });
  });

  let server: TestServer;

  beforeEach(async () => {
    server = await startServer(engine, { IMPORTED_MISSES_PER_NETWORK: '3' });
  });

  const run = (file: string, ...options: string[]): Promise<CommandResult> =>
    latchkey(server.database, ['import', 'canvus', file, ...options, '--json']);
  const verified = async (token: string): Promise<number> =>
    (await send(server.baseUrl, 'GET', '/verify', { headers: { 'Private-Token': token } })).status;
  const digestOf = async (handle: string): Promise<string | null | undefined> =>
    (await server.dataSource.manager.findOne(Token, { where: { handle }, select: { id: true, secretDigest: true } }))
      ?.secretDigest;
  const get = (route: string): ReturnType<typeof send> =>
    send(server.baseUrl, 'GET', `/api/v1${route}`, { headers: { 'Private-Token': ADMIN.token } });

  it("takes the vendor's listing, and the token of its example opens the door beside a running server", async () => {
    expect(await verified(VECTOR.plain)).toBe(401);
    const result = await run(fileOf(GUEST, ALICE));
    expect([result.err, result.code]).toEqual(['', 0]);
    expect(result.json()).toMatchObject({ changed: true, users: { added: 1 }, tokens: { added: 1 } });
    expect((await get('/users/100')).status).toBe(404);

    for (let use = 0; use < 3; use += 1) expect(await verified(VECTOR.plain)).toBe(200);
    expect((await get('/users/1044/access-tokens')).json()).toEqual([
      { created_at: '2021-07-02T06:38:36.025', description: 'First token', id: VECTOR.id },
    ]);
    expect((await get('/users/1044')).json()).toMatchObject({ email: ALICE.email, name: 'Alice' });
    const own = await send(server.baseUrl, 'GET', '/api/v1/users/1044/access-tokens', {
      headers: { 'Private-Token': VECTOR.plain },
    });
    expect(own.status).toBe(200);
  });

  it('hashes once: from then on the token is found by its SHA-256', async () => {
    await run(fileOf(ALICE));
    const recorder = new Recorder('latchkey:imported-check');
    expect(await verified(VECTOR.plain)).toBe(200);
    // It is stored after the answer.
    for (let round = 0; round < 100 && (await digestOf(VECTOR.id)) !== hash('sha256', VECTOR.plain); round += 1)
      await delay(20);
    expect(await digestOf(VECTOR.id)).toBe(hash('sha256', VECTOR.plain));
    await run(fileOf({ ...ALICE, id: 1045, email: 'other@example.com', access_tokens: [] }));
    expect(await verified(VECTOR.plain)).toBe(200);
    recorder.stop();
    const checks = recorder.of('latchkey:imported-check');
    expect(checks.map(({ operation, outcome }) => [operation, outcome])).toEqual([['search', 'found']]);
  });

  it('changes nothing with --dry-run, nor when it is run again', async () => {
    const planned = await run(fileOf(ALICE), '--dry-run');
    expect(planned).toMatchObject({ code: 0, err: '' });
    expect(planned.json()).toMatchObject({ changed: false, users: { added: 1 }, tokens: { added: 1 } });
    expect((await get('/users/1044')).status).toBe(404);

    await run(fileOf(ALICE));
    const again = await run(fileOf(ALICE));
    expect(again.code).toBe(0);
    expect(again.json()).toMatchObject({
      users: { added: 0, unchanged: 1 },
      tokens: { added: 0, unchanged: 1 },
    });
  });

  it('does not bring back what was revoked or deleted here since', async () => {
    await run(fileOf(ALICE));
    expect(await verified(VECTOR.plain)).toBe(200);
    const path = `/api/v1/users/1044/access-tokens/${VECTOR.id}`;
    await send(server.baseUrl, 'DELETE', path, { headers: { 'Private-Token': ADMIN.token } });
    expect(await verified(VECTOR.plain)).toBe(401);
    await run(fileOf(ALICE));
    expect(await verified(VECTOR.plain)).toBe(401);

    await send(server.baseUrl, 'DELETE', '/api/v1/users/1044', { headers: { 'Private-Token': ADMIN.token } });
    const again = await run(fileOf(ALICE));
    expect(again.err).toContain('user 1044 was deleted here after an earlier import');
    expect((await get('/users/1044')).status).toBe(404);
  });

  it('lists what is taken already, and leaves the decision to whoever imports', async () => {
    const sameAddress = { ...ALICE, id: 1100, email: ADMIN.email.toUpperCase() };
    const sameId = { ...ALICE, id: ADMIN.id, access_tokens: [] };
    const failed = await run(fileOf(sameAddress, sameId));
    expect(failed.code).toBe(1);
    expect(failed.err).toContain(`:1: conflict: the e-mail address ${ADMIN.email.toUpperCase()} is that of user 1000`);
    expect(failed.err).toContain(':2: conflict: the id 1000 of alice@example.com belongs to another user here');
    expect(failed.err).toContain('--on-conflict');
    expect(failed.json()).toMatchObject({ changed: false });

    const skipped = await run(fileOf(sameAddress, sameId), '--on-conflict', 'skip');
    expect(skipped.code).toBe(0);
    expect(skipped.json()).toMatchObject({ users: { added: 0, skipped: 2 }, tokens: { added: 0, skipped: 1 } });
    expect(await verified(VECTOR.plain)).toBe(401);

    const merged = await run(fileOf(sameAddress, sameId), '--on-conflict', 'merge');
    expect(merged.json()).toMatchObject({ users: { added: 1, unchanged: 1 }, tokens: { added: 1 } });
    expect(await verified(VECTOR.plain)).toBe(200);
    expect((await get(`/users/${String(ADMIN.id)}/access-tokens`)).text).toContain(VECTOR.id);
    expect((await run(fileOf(sameAddress, sameId))).json()).toMatchObject({ users: { unchanged: 2 } });
  });

  it('names file, line and reason of each bad row, and changes nothing unless told to leave them out', async () => {
    const file = fileOf(
      ALICE,
      'no JSON',
      { ...ALICE, id: 1050, email: 'nobody' },
      { ...ALICE, id: 1051, email: 'b@example.com' },
      { user_id: 1999, id: VECTOR.id.replace('ovclQ2', 'ovclQ1'), description: 'stray' },
      { ...ALICE, id: 1052, email: 'c@example.com', access_tokens: [{ id: 'short' }] },
    );
    const failed = await run(file);
    expect(failed.code).toBe(1);
    expect(failed.err.split('\n')).toEqual([
      `${file}:2: refused: is not JSON`,
      `${file}:3: refused: email is not a valid e-mail address`,
      `${file}:4: refused: has the same token id as line 1`,
      `${file}:6: refused: the token's id is not base64 of a bcrypt hash of cost 4 to 6`,
      `${file}:5: refused: user 1999 stands neither on an earlier line nor here`,
      '5 rows cannot be imported, so nothing was changed: mend them, or give --skip-invalid',
      '',
    ]);
    expect((await get('/users/1044')).status).toBe(404);

    const rest = await run(file, '--skip-invalid');
    expect(rest.code).toBe(0);
    expect(rest.json()).toMatchObject({ users: { added: 2 }, tokens: { added: 1, invalid: 2 }, invalid_rows: 3 });
    expect(await verified(VECTOR.plain)).toBe(200);
  });

  it('leaves out the built-in guest, but no other user without an address and no token', async () => {
    const nameless = { ...ALICE, email: '', access_tokens: [] };
    const failed = await run(fileOf({ ...GUEST, access_tokens: ALICE.access_tokens }, nameless));
    expect(failed.code).toBe(1);
    expect(failed.err).toContain(':1: refused: user 100 stands neither on an earlier line nor here');
    expect(failed.err).toContain(':2: refused: email is not a valid e-mail address');
    expect(await verified(VECTOR.plain)).toBe(401);
  });

  it('takes tokens on lines of their own, and a whole array', async () => {
    const { access_tokens: tokens, ...user } = ALICE;
    const file = fileOf([user, { user_id: user.id, ...tokens[0] }]);
    expect((await run(file)).json()).toMatchObject({ users: { added: 1 }, tokens: { added: 1 } });
    expect(await verified(VECTOR.plain)).toBe(200);
    // Ids that follow are those after the imported ones.
    const created = await send(server.baseUrl, 'POST', '/api/v1/users', {
      headers: { 'Private-Token': ADMIN.token },
      body: JSON.stringify({ email: 'next@example.com', name: 'Next' }),
    });
    expect(created.json<{ id: number }>().id).toBeGreaterThan(1044);
  });

  it('does not accept the token of a user who is blocked there', async () => {
    await run(fileOf({ ...ALICE, blocked: true }));
    expect(await verified(VECTOR.plain)).toBe(401);
    const unblock = '/api/v1/users/1044/unblock';
    await send(server.baseUrl, 'POST', unblock, { headers: { 'Private-Token': ADMIN.token } });
    expect(await verified(VECTOR.plain)).toBe(200);
  });

  it('takes tokens of no more salts than the setting says, however many come at once', async () => {
    const limited = (file: string): Promise<CommandResult> =>
      latchkey(server.database, ['import', 'canvus', file], { env: { IMPORTED_SALTS: '2' } });
    const userWithSalts = (id: number, salts: number): object => {
      const tokens = Array.from({ length: salts }, () => {
        const handle = Buffer.from(bcrypt.hashSync('x', 4).replace('$2b', '$2a')).toString('base64');
        return { ...ALICE.access_tokens[0], id: handle };
      });
      return { ...ALICE, id, email: `user${String(id)}@example.com`, access_tokens: tokens };
    };
    expect((await limited(fileOf(userWithSalts(1050, 3)))).err).toContain('the tokens have more than 2 salts');
    expect((await limited(fileOf(userWithSalts(1051, 1)))).code).toBe(0);
    const refused = await limited(fileOf(userWithSalts(1052, 2)));
    expect([refused.code, refused.err]).toEqual([1, expect.stringContaining('tokens of 2 salts have been imported')]);
    expect(await server.dataSource.manager.countBy(User, { id: 1052 })).toBe(0);
    expect((await limited(fileOf(userWithSalts(1053, 1)))).code).toBe(0);
  });

  it('bounds what strangers can have compared, and serves everybody else meanwhile', async () => {
    await run(fileOf(ALICE));
    const unknown = (index: number): string => `${String(index)}${'x'.repeat(42)}`;
    const recorder = new Recorder('latchkey:imported-check');
    const statuses: number[] = [];
    for (const index of [1, 1, 2, 3, 4, 4]) statuses.push(await verified(unknown(index)));
    recorder.stop();
    // The same one costs nothing again; the fourth is one too many.
    expect(statuses).toEqual([401, 401, 401, 401, 503, 503]);
    expect(recorder.of('latchkey:imported-check').map(({ outcome }) => outcome)).toEqual([
      ...['missed', 'missed', 'missed'],
      ...['throttled', 'throttled'],
    ]);
    expect(await verified(ADMIN.token)).toBe(200);
    server.clock.advance(900_000);
    expect(await verified(VECTOR.plain)).toBe(200);
  });

  it('reads the listing of a running server by a token that stands in no argument, and goes on after an interruption', async () => {
    const calls: (string | undefined)[] = [];
    let failing = true;
    const { access_tokens: tokens, ...alice } = ALICE;
    const bob = { ...alice, id: 1045, email: 'bob@example.com', name: 'Bob' };
    const old = createServer(({ url, headers }, answer) => {
      calls.push(url);
      const answers: Record<string, unknown> = {
        '/api/v1/users': [bob, { ...GUEST, access_tokens: undefined }, alice],
        '/api/v1/users/1044/access-tokens': tokens,
        '/api/v1/users/1045/access-tokens': [],
      };
      const found = headers['private-token'] === ADMIN.token ? answers[url ?? ''] : undefined;
      answer.statusCode = headers['private-token'] === ADMIN.token ? (found ? 200 : 404) : 401;
      if (failing && url === '/api/v1/users/1045/access-tokens') answer.statusCode = 400;
      answer.end(JSON.stringify(found ?? { msg: 'no' }));
    });
    closeLater(() => new Promise((resolve) => old.close(resolve)));
    await new Promise<void>((resolve) => old.listen(0, '127.0.0.1', resolve));
    const from = `http://127.0.0.1:${String((old.address() as AddressInfo).port)}`;
    const file = path.join(folder, `${engine}.jsonl`);
    const live = (token: string): Promise<CommandResult> =>
      latchkey(server.database, ['import', 'canvus', file, '--from', from, '--token-file', '-'], { input: token });

    expect((await live('x'.repeat(43))).err).toContain('the token is not accepted there');
    const failed = await live(ADMIN.token);
    expect(failed.code).toBe(1);
    expect(failed.err).toContain(`what was read is kept in ${file}.partial, and the next run goes on from there`);
    expect((statSync(`${file}.partial`).mode & 0o777).toString(8)).toBe('600');
    failing = false;
    calls.length = 0;
    const done = await live(`${ADMIN.token}\n`);
    expect(done.code).toBe(0);
    expect(done.out).toBe(
      'users: 2 imported, 0 there already, 0 left out, 0 refused\ntokens: 1 imported, 0 there already, 0 left out, 0 refused\n',
    );
    expect(calls).toEqual(['/api/v1/users', '/api/v1/users/1045/access-tokens']);
    expect((statSync(file).mode & 0o777).toString(8)).toBe('600');
    expect(await verified(VECTOR.plain)).toBe(200);
    const plain = await latchkey(server.database, ['import', 'canvus', file, '--from', 'http://old.example.com']);
    expect(plain.err).toContain('--from takes the address of the other server, with https://');
  });

  it('goes on when the running server is slow to answer, loses connections, or has users deleted meanwhile', async () => {
    const calls = new Map<string, number>();
    const moments: number[] = [];
    const { access_tokens: tokens, ...alice } = ALICE;
    const users = [1044, 1045, 1046, 1047].map((id) => ({ ...alice, id, email: `user${String(id)}@example.com` }));
    const old = createServer(({ url = '' }, answer) => {
      const times = (calls.get(url) ?? 0) + 1;
      calls.set(url, times);
      const body = JSON.stringify(url.endsWith('/users') ? users : url.endsWith('/1044/access-tokens') ? tokens : []);
      if (url.endsWith('/1044/access-tokens') && times === 1) {
        answer.writeHead(200, { 'content-length': body.length }).write(body.slice(0, 20));
        setTimeout(() => answer.destroy(), 20);
      } else if (url.endsWith('/1045/access-tokens') && times <= 3) {
        moments.push(performance.now());
        answer.writeHead(times === 3 ? 503 : 429, { 'retry-after': times === 1 ? '1' : '0' }).end('{"msg":"later"}');
      } else if (url.includes('/1046')) answer.writeHead(404).end('{"msg":"gone"}');
      else answer.end(body);
    });
    closeLater(() => new Promise((resolve) => old.close(resolve)));
    await new Promise<void>((resolve) => old.listen(0, '127.0.0.1', resolve));
    const from = `http://127.0.0.1:${String((old.address() as AddressInfo).port)}`;
    const file = path.join(folder, `${engine}-unsteady.jsonl`);
    const args = ['import', 'canvus', file, '--from', from, '--token-file', '-'];
    const done = await latchkey(server.database, args, { input: ADMIN.token });
    expect([done.err, done.code]).toEqual(['', 0]);
    expect(done.out).toContain('users: 3 imported,');
    expect(done.out).toContain('tokens: 1 imported,');
    expect(calls.get('/api/v1/users/1045/access-tokens')).toBe(4);
    // Timers may fire a millisecond early.
    expect((moments[1] ?? 0) - (moments[0] ?? 0)).toBeGreaterThan(990);
    expect(await verified(VECTOR.plain)).toBe(200);
  });
});
