/** Changes to many tokens at a time (docs/contracts/latchkey.md §2). */
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { onBothEngines } from '../../support/engines.js';
import { send, type Reply } from '../../support/http.js';
import { startInMount, type TestServer } from '../../support/test-server.js';
import { AS_ADMIN, ask, bearer, faultOf, problemOf } from './support.js';
import { newAccount, newPerson, newPolicy, type ListBody, type WithSecret } from './tokens.js';

interface Done {
  readonly dry_run: boolean;
  readonly matched: number;
  readonly changed: number;
  readonly accounts: number;
  readonly items: readonly { id: string; name: string | null; result: string }[];
}

onBothEngines('many tokens', (engine) => {
  let server: TestServer;
  const bulk = (body: object, headers: Record<string, string> = AS_ADMIN): Promise<Reply> =>
    ask(server, 'POST', '/tokens/bulk', { body, headers });
  const make = async (account_id: string, names: readonly string[]): Promise<string[]> => {
    const ids: string[] = [];
    for (const name of names) {
      const body = { kind: 'service_token', account_id, name };
      ids.push((await ask(server, 'POST', '/tokens', { body })).json<WithSecret>().token.id);
    }
    return ids;
  };
  const left = async (account_id: string): Promise<string[]> =>
    (await ask(server, 'GET', `/tokens?account_id=${account_id}&sort=name`))
      .json<ListBody>()
      .items.map(({ name, state }) => `${name} ${state}`);

  beforeAll(async () => {
    server = await startInMount(engine);
  });
  afterAll(() => server.close());

  it('are disabled, enabled and revoked by their ids', async () => {
    const account = await newAccount(server, 'By ids');
    const [one = '', two = ''] = await make(account, ['one', 'two', 'three']);
    const body = { action: 'disable', ids: [one, two, one, 'x'] };
    const disabled = (await bulk(body)).json<Done>();
    expect(disabled).toMatchObject({ dry_run: false, matched: 2, changed: 2, accounts: 1 });
    expect(disabled.items.map(({ result }) => result)).toEqual(['changed', 'changed', 'not_found']);
    expect(await left(account)).toEqual(['one disabled', 'three active', 'two disabled']);
    expect((await bulk(body)).json<Done>().items[0]).toMatchObject({ id: one, name: 'one', result: 'unchanged' });
    expect((await bulk({ action: 'enable', ids: [one] })).json()).toMatchObject({ changed: 1 });
    expect((await bulk({ action: 'revoke', ids: [one, two] })).json()).toMatchObject({ changed: 2 });
    expect(await left(account)).toEqual(['three active']);
  });

  it('are revoked by a filter, as a dry run has said', async () => {
    const account = await newAccount(server, 'By filter');
    const names = Array.from({ length: 60 }, (_, n) => `${n < 55 ? 'old' : 'new'} ${String(n).padStart(2, '0')}`);
    await make(account, names);
    const body = { action: 'revoke', filter: { account_id: account, q: 'OLD', state: ['active'] } };
    const dry = (await bulk({ ...body, dry_run: true })).json<Done>();
    expect(dry).toMatchObject({ dry_run: true, matched: 55, changed: 55, accounts: 1 });
    expect(await left(account)).toHaveLength(50);
    expect(problemOf(await bulk({ ...body, expected: 54 }))).toEqual([
      'conflict',
      409,
      '55 tokens match, and not 54; look at them again',
    ]);
    expect((await bulk({ ...body, expected: 55 })).json()).toMatchObject({ matched: 55, changed: 55 });
    expect(await left(account)).toHaveLength(5);
  });

  it('that a policy names stay, and the others go', async () => {
    const account = 'a'.repeat(32);
    const [one = '', two = ''] = await make(account, ['named', 'free']);
    await newPolicy(server, one);
    const done = (await bulk({ action: 'revoke', ids: [one, two] })).json<Done>();
    expect(done.items.map(({ result }) => result)).toEqual(['in_use', 'changed']);
    expect(done.changed).toBe(1);
  });

  it('are changed as far as the caller may', async () => {
    const account = await newAccount(server, 'Rights');
    const [one = ''] = await make(account, ['one']);
    const reader = await newPerson(server, { [account]: 'read_only' });
    const stranger = await newPerson(server);
    const body = { action: 'revoke', ids: [one] };
    expect((await bulk(body, reader.headers)).json<Done>().items[0]?.result).toBe('forbidden');
    expect((await bulk(body, stranger.headers)).json<Done>().items[0]?.result).toBe('not_found');
    expect(await left(account)).toEqual(['one active']);
  });

  it('may have the one with which they are revoked among them', async () => {
    const person = await newPerson(server);
    const tokens = await Promise.all(
      Array.from({ length: 30 }, async (_, n) => {
        const body = { kind: 'personal_token', name: `own ${String(n)}` };
        return (await ask(server, 'POST', '/tokens', { headers: person.headers, body })).json<WithSecret>();
      }),
    );
    const headers = bearer(tokens[3]?.secret.token ?? '');
    const done = (await bulk({ action: 'revoke', filter: { kind: 'personal_token' } }, headers)).json<Done>();
    expect(done).toMatchObject({ matched: 31, changed: 31, accounts: 0 });
    expect((await ask(server, 'GET', '/me', { headers })).status).toBe(401);
  });

  it('may have the one that began the login with which they are revoked among them', async () => {
    const person = await newPerson(server);
    const ids: string[] = [];
    let first = '';
    for (let n = 0; n < 30; n += 1) {
      const body = { kind: 'personal_token', name: `own ${String(n)}` };
      const made = (await ask(server, 'POST', '/tokens', { headers: person.headers, body })).json<WithSecret>();
      first ||= made.secret.token ?? '';
      ids.push(made.token.id);
    }
    const body = JSON.stringify({ token: first });
    const login = (await send(server.baseUrl, 'POST', '/api/v1/users/login', { body })).json<{ token: string }>();
    const headers = bearer(login.token);
    // It ends with the token that it began with, which comes first in the order of ids.
    const done = (await bulk({ action: 'revoke', ids }, headers)).json<Done>();
    expect(done).toMatchObject({ matched: 30, changed: 30 });
    expect((await ask(server, 'GET', '/me', { headers })).status).toBe(401);
    expect((await ask(server, 'GET', '/me', { headers: person.headers })).status).toBe(200);
  });

  it.each<[string, object, string | undefined]>([
    ['an unknown action', { action: 'lose', ids: [] }, '#/action'],
    ['neither ids nor filter', { action: 'revoke' }, undefined],
    ['both', { action: 'revoke', ids: [], filter: { state: 'active' } }, undefined],
    ['an empty filter', { action: 'revoke', filter: {} }, '#/filter'],
    ['a misspelt filter', { action: 'revoke', filter: { stat: 'expired' } }, '#/filter'],
    ['a wrong filter', { action: 'revoke', filter: { state: 'lost' } }, '#/filter'],
    ['too many ids', { action: 'revoke', ids: Array.from({ length: 1001 }, String) }, '#/ids'],
    ['a wrong number', { action: 'revoke', ids: [], expected: -1 }, '#/expected'],
  ])('are not changed by %s', async (_what, body, fault) => {
    const reply = await bulk(body);
    expect([reply.status, faultOf(reply)]).toEqual([400, fault]);
  });
});
