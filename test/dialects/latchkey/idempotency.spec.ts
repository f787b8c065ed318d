/** Repeated requests get the same answer (docs/contracts/latchkey.md §1.7). */
import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { CleanupJob } from '../../../src/identity/index.js';
import { onBothEngines } from '../../support/engines.js';
import type { Reply } from '../../support/http.js';
import { ADMIN, startInMount, type TestServer } from '../../support/test-server.js';
import { AS_ADMIN, ask, bearer, faultOf, logIn, problemOf } from './support.js';
import { newPerson, type ListBody, type WithSecret } from './tokens.js';

const HOUR_MS = 3_600_000;
const TABLE = 'latchkey_idempotent_answer';

onBothEngines('a repeated request', (engine) => {
  let server: TestServer;
  const body = { kind: 'personal_token', name: 'Once' };
  const create = (key: string, given: object = body, headers: Record<string, string> = AS_ADMIN): Promise<Reply> =>
    ask(server, 'POST', '/tokens', { headers: { ...headers, 'Idempotency-Key': key }, body: given });
  const made = async (name: string): Promise<number> =>
    (await ask(server, 'GET', `/tokens?q=${name}&limit=200`)).json<ListBody>().items.length;
  const rows = (): Promise<Record<string, unknown>[]> => server.dataSource.query(`SELECT * FROM "${TABLE}"`);
  const grownOld = (): Promise<unknown> =>
    server.dataSource.query(`UPDATE "${TABLE}" SET "created_at" = "created_at" - ${String(25 * HOUR_MS)}`);

  beforeAll(async () => {
    server = await startInMount(engine);
  });
  afterAll(() => server.close());

  it('gets the first answer, with the secret, and is carried out once', async () => {
    const key = randomUUID();
    const [first, second] = [await create(key), await create(key)];
    expect([second.status, second.text, second.headers.location]).toEqual([201, first.text, first.headers.location]);
    expect([first.headers['idempotency-replayed'], second.headers['idempotency-replayed']]).toEqual([
      undefined,
      'true',
    ]);
    expect(await made('once')).toBe(1);
  });

  it('does so for users, with the password that the server made, and for accounts', async () => {
    const name = randomUUID();
    for (const [path, given] of [
      ['/users', { email: `${name}@example.com` }],
      ['/accounts', { name }],
    ] as const) {
      const headers = { ...AS_ADMIN, 'Idempotency-Key': randomUUID() };
      const [first, second] = [
        await ask(server, 'POST', path, { headers, body: given }),
        await ask(server, 'POST', path, { headers, body: given }),
      ];
      expect([first.status, second.status, second.text]).toEqual([201, 201, first.text]);
      expect(second.headers).toMatchObject({ location: first.headers.location, 'idempotency-replayed': 'true' });
      if (path === '/users') {
        expect(second.json()).toHaveProperty('password');
        expect(second.headers['cache-control']).toBe('no-store');
      }
    }
  });

  it('does so for rotations, and by another credential of the same user', async () => {
    const key = randomUUID();
    const { token } = (await ask(server, 'POST', '/tokens', { body })).json<WithSecret>();
    const rotate = (headers: Record<string, string>): Promise<Reply> =>
      ask(server, 'POST', `/tokens/${token.id}/rotate`, { headers: { ...headers, 'Idempotency-Key': key }, body: {} });
    const first = (await rotate(AS_ADMIN)).json<WithSecret>();
    const second = await rotate((await logIn(server)).writing);
    expect(second.json()).toEqual(first);
    expect(first.token.version).toBe(2);
    expect((await ask(server, 'GET', '/me', { headers: bearer(first.secret.token ?? '') })).status).toBe(200);
  });

  it('that differs is refused, and so is the same key on another path', async () => {
    const key = randomUUID();
    const { token } = (await create(key)).json<WithSecret>();
    for (const reply of [
      await create(key, { ...body, name: 'Other' }),
      await ask(server, 'POST', `/tokens/${token.id}/rotate`, {
        headers: { ...AS_ADMIN, 'Idempotency-Key': key },
        body: {},
      }),
    ]) {
      expect(problemOf(reply).slice(0, 2)).toEqual(['idempotency-key-reused', 422]);
    }
  });

  it('of somebody else is another one', async () => {
    const key = randomUUID();
    const person = await newPerson(server);
    const [mine, theirs] = [await create(key), await create(key, body, person.headers)];
    expect(theirs.status).toBe(201);
    expect(theirs.json<WithSecret>().token.id).not.toBe(mine.json<WithSecret>().token.id);
  });

  it('gets no secret again by a token whose scopes do not reach as far any more', async () => {
    const key = randomUUID();
    const limited = await create(randomUUID(), { ...body, name: 'limited', scopes: ['doors', 'gates'] });
    const { token, headers } = limited.json<WithSecret>();
    const wanted = { ...body, name: 'gates', scopes: ['gates'] };
    expect((await create(key, wanted, headers)).status).toBe(201);
    expect((await create(key, wanted, headers)).headers['idempotency-replayed']).toBe('true');
    const changed = await ask(server, 'PATCH', `/tokens/${token.id}`, {
      headers: AS_ADMIN,
      body: { scopes: ['doors'] },
    });
    expect(changed.status).toBe(200);
    const again = await create(key, wanted, headers);
    expect([again.status, again.text]).toEqual([403, expect.not.stringContaining('secret":"')]);
  });

  it('that comes while the first one runs is carried out once', async () => {
    const key = randomUUID();
    const name = 'atonce';
    const replies = await Promise.all([1, 2, 3, 4].map(() => create(key, { ...body, name })));
    expect(replies.every(({ status }) => status === 201 || status === 409)).toBe(true);
    expect(new Set(replies.filter(({ status }) => status === 201).map(({ text }) => text)).size).toBe(1);
    expect(await made(name)).toBe(1);
  });

  it('whose first one has failed is carried out', async () => {
    const key = randomUUID();
    const failing = { ...body, owner_id: '999999' };
    expect((await create(key, failing)).status).toBe(404);
    expect((await create(key)).status).toBe(201);
  });

  it('whose first one was interrupted is told so', async () => {
    const key = randomUUID();
    await create(key);
    await server.dataSource.query(`UPDATE "${TABLE}" SET "answer" = NULL`);
    expect(problemOf(await create(key))).toEqual(['conflict', 409, expect.stringContaining('still running')]);
    server.clock.advance(HOUR_MS);
    expect(problemOf(await create(key))).toEqual(['conflict', 409, expect.stringContaining('was interrupted')]);
  });

  it('after a day is a new one, and what was kept is removed', async () => {
    const key = randomUUID();
    const first = (await create(key)).json<WithSecret>();
    server.clock.advance(25 * HOUR_MS);
    // A clock that jumps does not carry out a request again.
    expect((await create(key)).json<WithSecret>().token.id).toBe(first.token.id);
    server.clock.reset();
    await grownOld();
    const second = (await create(key)).json<WithSecret>();
    expect(second.token.id).not.toBe(first.token.id);
    await grownOld();
    await server.app.get(CleanupJob).run();
    expect(await rows()).toEqual([]);
  });

  it('is kept so that the database has neither the key nor the secret', async () => {
    const key = randomUUID();
    const { secret } = (await create(key)).json<WithSecret>();
    const text = JSON.stringify(await rows());
    expect(text).toContain('answer');
    for (const hidden of [key, secret.token ?? '', 'Once', ADMIN.token]) expect(text).not.toContain(hidden);
  });

  it.each(['', 'x'.repeat(256), 'käse'])('is not known by "%s"', async (key) => {
    const reply = await create(Buffer.from(key).toString('latin1'));
    expect([reply.status, faultOf(reply)]).toEqual([400, 'Idempotency-Key']);
  });
});
