/** The audit log: filters, pages, and who sees what of it (docs/contracts/latchkey.md §6). */
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { addAuditRows } from '../../support/audit-rows.js';
import { onBothEngines } from '../../support/engines.js';
import { send } from '../../support/http.js';
import { ADMIN, startInMount, type TestServer } from '../../support/test-server.js';
import { newServiceToken, type ServiceToken } from '../../gates/authorisation/world.js';
import { CALLERS, newPeople, type CallerName, type People } from './people.js';
import { ask, bearer, everyPage, faultOf } from './support.js';

interface RowBody {
  readonly id: string;
  readonly action: string;
  readonly author: { readonly id: string; readonly name: string | null } | null;
  readonly actor: string;
  readonly account: { readonly id: string } | null;
  readonly target: { readonly type: string; readonly id: string; readonly name: string } | null;
  readonly address: string | null;
  readonly details: Readonly<Record<string, unknown>>;
}

onBothEngines('the audit log', (engine) => {
  let server: TestServer;
  let people: People;
  let token: ServiceToken;
  beforeAll(async () => {
    server = await startInMount(engine);
    people = await newPeople(server);
    token = await newServiceToken(server, people.a, { name: 'Backup of the shop' });
    await newServiceToken(server, people.b, { name: 'of others' });
  });
  afterAll(() => server.close());

  const rows = (query: string, name: CallerName = 'server administrator', limit = 7): Promise<RowBody[]> =>
    everyPage((cursor) => people.call(name, 'GET', `/audit?limit=${String(limit)}${query}${cursor}`));

  it('has each change as structured data', async () => {
    const [row] = await rows(`&target_id=${token.id}`);
    expect(row).toEqual({
      id: expect.stringMatching(/^\d+$/),
      at: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/),
      action: 'token.issued',
      author: { id: '1000', name: 'Administrator' },
      actor: 'user',
      account: { id: people.a.id, name: people.a.name },
      target: { type: 'token', id: token.id, name: 'Backup of the shop' },
      address: '127.0.0.1',
      user_agent: null,
      request_id: expect.any(String),
      details: expect.objectContaining({ kind: 'service_token', handle: token.client_id }) as unknown,
      occurrences: 1,
      last_at: null,
    });
  });

  it('says what was changed, from what to what', async () => {
    const changed = await newServiceToken(server, people.a, { name: 'Old name' });
    const path = `/tokens/${changed.id}`;
    const before = (await ask(server, 'GET', path)).json<{ expires_at: string }>();
    const patch = async (body: object): Promise<void> => {
      expect((await ask(server, 'PATCH', path, { body })).status).toBe(200);
    };
    await patch({ name: 'New name' });
    await patch({ disabled: true });
    await patch({ disabled: false });
    await patch({ scopes: ['b', 'a'] });
    const renewed = await ask(server, 'POST', `${path}/renew`, { body: { duration: '720h' } });
    const [renewal, scoped, enabled, disabled, renamed] = (await rows(`&target_id=${changed.id}`)).map(
      ({ details }) => details,
    );
    expect(renamed).toMatchObject({ fields: ['label'], old_name: 'Old name', new_name: 'New name' });
    expect([disabled?.enabled, enabled?.enabled]).toEqual([false, true]);
    expect(scoped).toMatchObject({ old_scopes: null, scopes: ['a', 'b'] });
    expect(renewal).toMatchObject({
      old_expires_at: before.expires_at,
      new_expires_at: renewed.json<{ expires_at: string }>().expires_at,
    });
    const reader = String(people.persons.reader.userId);
    await ask(server, 'PATCH', `/accounts/${people.a.id}/members/${reader}`, { body: { role: 'administrator' } });
    await ask(server, 'PATCH', `/accounts/${people.a.id}/members/${reader}`, { body: { role: 'read_only' } });
    const [last] = await rows('&action=membership.updated');
    expect(last?.details).toMatchObject({ old_role: 'administrator', role: 'read_only' });
    await ask(server, 'PATCH', `/users/${reader}`, { body: { role: 'administrator' } });
    await ask(server, 'PATCH', `/users/${reader}`, { body: { role: 'user' } });
    const [demoted, promoted] = await rows(`&action=user.updated&target_id=${reader}`);
    expect([promoted?.details.admin, demoted?.details.admin]).toEqual([true, false]);
  });

  it('has the user agent, and says what an author was', async () => {
    const headers = { ...bearer(ADMIN.token), 'User-Agent': 'latchkey-test/1.0 é' };
    await ask(server, 'PATCH', `/users/${String(people.persons.reader.userId)}`, {
      headers,
      body: { name: 'Rita R.' },
    });
    const [row] = await rows('&action=user.updated');
    expect(row).toMatchObject({ actor: 'user', user_agent: expect.stringMatching(/^latchkey-test\/1\.0 \?+$/) });
    await ask(server, 'POST', '/session', { headers: {}, body: { email: 'no@example.com', password: 'nothing' } });
    const [failed] = await rows('&action=user.login_failed');
    expect(failed).toMatchObject({ actor: 'stranger', author: null, target: { id: null, name: 'no@example.com' } });
    const first = (await rows('&action=account.created')).at(-1);
    expect(first).toMatchObject({ actor: 'system', author: null, address: null });
    await addAuditRows(server, [
      { authorName: 'command line', ipAddress: null },
      { authorName: 'a service', authorTokenId: 'x' },
      { authorName: 'billing', ipAddress: null },
    ]);
    expect((await rows('&before=2026-01-02T00:00:00Z')).map(({ actor }) => actor)).toEqual([
      'host',
      'service',
      'command_line',
    ]);
  });

  describe('is filtered', () => {
    it('by type, account, author, target, address, time and text', async () => {
      const all = await rows('');
      const by = async (query: string, fits: (row: RowBody) => boolean): Promise<void> => {
        const expected = all.filter(fits).map(({ id }) => id);
        expect([query, (await rows(query)).map(({ id }) => id)]).toEqual([query, expected]);
        expect(expected.length).toBeGreaterThan(0);
      };
      await by('&action=token.issued', ({ action }) => action === 'token.issued');
      await by('&action=token.*,membership.added', ({ action }) => /^token\.|^membership\.added/.test(action));
      await by('&action=account.created&action=user.created', ({ action }) => /^(account|user)\.created$/.test(action));
      await by(`&account_id=${people.b.id}`, ({ account }) => account?.id === people.b.id);
      await by('&author_id=1000', ({ author }) => author?.id === '1000');
      await by(`&target_id=${token.id}`, ({ target }) => target?.id === token.id);
      await by('&address=::ffff:127.0.0.1', ({ address }) => address === '127.0.0.1');
      await by('&q=BACKUP%20of', ({ target }) => target?.name === 'Backup of the shop');
      await by(`&q=${token.client_id.slice(0, 20)}`, ({ details }) => details.handle === token.client_id);
    });

    it.each([
      'action=x',
      'action=user.*.x',
      'author_id=me',
      'address=home',
      'after=today',
      'cursor=1',
      'limit=500',
      'user=1',
    ])('not by %s, which is named', async (query) => {
      const reply = await ask(server, 'GET', `/audit?${query}`);
      expect([reply.status, faultOf(reply)]).toEqual([400, query.replace(/=.*/, '')]);
    });
  });

  it('is seen by each as far as it concerns them', async () => {
    const all = await rows('');
    const mayOf = (name: CallerName): ((row: RowBody) => boolean) => {
      const { userId } = people.persons[name];
      const accounts = { 'account administrator': people.a.id, stranger: people.b.id } as Partial<
        Record<CallerName, string>
      >;
      const account = accounts[name];
      return ({ author, target, account: of, details }) =>
        name === 'server administrator' ||
        author?.id === String(userId) ||
        (target?.type === 'user' && target.id === String(userId)) ||
        details.user_id === userId ||
        (account !== undefined && of?.id === account);
    };
    for (const name of CALLERS) {
      const expected = all.filter(mayOf(name)).map(({ id }) => id);
      expect([name, (await rows('', name, 2)).map(({ id }) => id)]).toEqual([name, expected]);
      const others = await rows(`&account_id=${people.b.id}`, name);
      const theirs = all.filter((row) => mayOf(name)(row) && row.account?.id === people.b.id);
      expect([name, others.length]).toEqual([name, theirs.length]);
    }
    const [about] = await rows('&action=user.created', 'plain user');
    expect(about).toMatchObject({ author: { id: '1000' }, address: null, request_id: null });
  });

  it('is exported as CSV with the same filters and the same rights', async () => {
    const text = async (name: CallerName, query = ''): Promise<string[]> => {
      const reply = await people.call(name, 'GET', `/audit/export.csv${query}`);
      expect(reply.headers['content-type']).toBe('text/csv; charset=utf-8');
      expect(reply.headers['content-disposition']).toBe('attachment; filename="latchkey-audit.csv"');
      return reply.text.trimEnd().split('\r\n');
    };
    const [header, row] = await text('account administrator', `?target_id=${token.id}`);
    expect(header).toBe(
      'id,at,action,actor,author_id,author_name,account_id,account_name,target_type,target_id,target_name,address,' +
        'user_agent,request_id,occurrences,last_at,details',
    );
    expect(row).toContain(`,token.issued,user,1000,Administrator,${people.a.id},${people.a.name},token,${token.id},`);
    expect(await text('stranger', `?target_id=${token.id}`)).toEqual([header]);
    for (const name of CALLERS) {
      expect((await text(name)).length - 1).toBe((await rows('', name, 200)).length);
    }
    const refused = await ask(server, 'GET', '/audit/export.csv?limit=5');
    expect([refused.status, faultOf(refused)]).toEqual([400, 'limit']);
    expect((await send(server.baseUrl, 'GET', '/latchkey/v1/audit/export.csv')).status).toBe(401);
  });
});
