/** Commands next to a running server: it respects them from its very next verification on. */
import { beforeEach, describe, expect, it } from '@jest/globals';
import { Instance } from '../../src/persistence/index.js';
import { AuditRecord } from '../../src/core/index.js';
import { User } from '../../src/identity/index.js';
import { onBothEngines } from '../support/engines.js';
import { send } from '../support/http.js';
import { ACCOUNT, ADMIN, startServer, type TestServer } from '../support/test-server.js';
import { latchkey, type CommandResult } from './support.js';

onBothEngines('latchkey beside a server', (engine) => {
  let server: TestServer;

  beforeEach(async () => {
    server = await startServer(engine);
  });

  const run = (line: string, input?: string): Promise<CommandResult> =>
    latchkey(server.database, line.split(' '), { ...(input !== undefined && { input }) });

  const verified = async (token: string): Promise<number> =>
    (await send(server.baseUrl, 'GET', '/verify', { headers: { 'Private-Token': token } })).status;

  const login = async (password: string, email = ADMIN.email): Promise<{ status: number; token: string }> => {
    const body = JSON.stringify({ email, password });
    const answer = await send(server.baseUrl, 'POST', '/api/v1/users/login', { body });
    return { status: answer.status, token: answer.status === 200 ? answer.json<{ token: string }>().token : '' };
  };

  const newestRow = async (): Promise<Partial<AuditRecord>> => {
    const [row] = await server.dataSource.manager.find(AuditRecord, { order: { id: 'DESC' }, take: 1 });
    return { action: row?.action, authorName: row?.authorName, authorId: row?.authorId, targetId: row?.targetId };
  };

  it('sets a password from standard input, ends the logins, and prints no secret', async () => {
    const before = await login(ADMIN.password);
    expect(await verified(before.token)).toBe(200);

    const result = await run('admin reset-password', 'a brand new password\n');
    expect(result).toMatchObject({ code: 0, err: '' });
    expect(result.out).toContain(`The password of ${ADMIN.email} is set.`);
    expect(result.out).not.toContain('brand new');

    expect(await verified(before.token)).toBe(401);
    expect((await login(ADMIN.password)).status).toBe(401);
    expect((await login('a brand new password')).status).toBe(200);
    expect(await verified(ADMIN.token)).toBe(200);
    const rows = await server.dataSource.manager.findBy(AuditRecord, { action: 'user.password_changed' });
    expect(rows).toMatchObject([{ authorId: null, authorName: 'command line', targetId: String(ADMIN.id) }]);
  });

  it('makes a password where none is given, and prints it once', async () => {
    for (const line of ['admin reset-password --json', `admin reset-password ${ADMIN.email} --generate --json`]) {
      const { password } = (await run(line)).json<{ password: string }>();
      expect(password).toMatch(/^[\w-]{24}$/);
      expect((await login(password)).status).toBe(200);
    }
  });

  it('makes an access token that is accepted at once', async () => {
    const { token, id } = (await run('admin create-token --description rescue --json')).json<Record<string, string>>();
    expect(await verified(token ?? '')).toBe(200);
    expect(await newestRow()).toEqual({
      action: 'token.issued',
      authorName: 'command line',
      authorId: null,
      targetId: id,
    });
  });

  it('revokes tokens of every kind: none is accepted when it returns', async () => {
    const { token: session } = await login(ADMIN.password);
    const created = await send(server.baseUrl, 'POST', `/client/v4/accounts/${ACCOUNT.id}/access/service_tokens`, {
      headers: { authorization: `Bearer ${ADMIN.token}` },
      body: JSON.stringify({ name: 'ci' }),
    });
    const service = created.json<{ result: { client_id: string; client_secret: string } }>().result;
    const personal = (await run('admin create-token --json')).json<{ id: string; token: string }>();
    const asService = { 'CF-Access-Client-Id': service.client_id, 'CF-Access-Client-Secret': service.client_secret };
    const statuses = async (): Promise<number[]> => [
      await verified(session),
      await verified(personal.token),
      (await send(server.baseUrl, 'GET', '/verify', { headers: asService })).status,
    ];
    expect(await statuses()).toEqual([200, 200, 200]);
    const sessions = (await run('token list --kind session --json')).json<{ id: string }[]>();
    const ids = [...sessions.map(({ id }) => id), personal.id, service.client_id];

    expect((await run(`token revoke ${ids.join(' ')}`)).code).toBe(0);
    expect(await statuses()).toEqual([401, 401, 401]);

    const again = await run(`token revoke ${personal.id} --json`);
    expect(again.code).toBe(1);
    expect(again.json()).toEqual([{ id: personal.id, outcome: 'not_found', kind: null }]);
  });

  it('takes no lease, and leaves those of the servers alone', async () => {
    const rows = (): Promise<Instance[]> =>
      server.dataSource.manager.find(Instance, { select: { id: true, fenced: true } });
    const before = await rows();
    const { id } = (await run('admin create-token --json')).json<{ id: string }>();
    expect((await run(`token revoke ${id}`)).code).toBe(0);
    expect(await rows()).toEqual(before);
    expect(before).toHaveLength(engine === 'postgres' ? 1 : 0);
  });

  it('creates an administrator, and lets in again who is blocked', async () => {
    const made = (await run('admin create second@example.com --name Second --json')).json<{ password: string }>();
    const { token } = await login(made.password, 'second@example.com');
    expect(await verified(token)).toBe(200);
    await server.dataSource.manager.update(User, { email: 'second@example.com' }, { blocked: true, approved: false });

    const result = await run('admin unlock second@example.com');
    expect(result.out).toContain('second@example.com may sign in');
    expect((await login(made.password, 'second@example.com')).status).toBe(200);
    const users = (await run('user list --json')).json<Record<string, unknown>[]>();
    expect(users.map(({ email, role, state }) => [email, role, state])).toEqual([
      [ADMIN.email, 'administrator', 'active'],
      ['second@example.com', 'administrator', 'active'],
    ]);
    const whose = await run('admin reset-password');
    expect(whose).toMatchObject({ code: 1, out: '' });
    expect(whose.err).toBe(`say which user is meant; the administrators are ${ADMIN.email}, second@example.com\n`);
  });

  it('lists tokens without anything by which they could be presented', async () => {
    await run('admin create-token --description one\u001b[31m');
    const text = await run('token list --user 1000');
    expect(text.out).toContain('personal_token  active');
    expect(text.out).toContain('one\u{FFFD}[31m');
    const rows = (await run('token list --json')).json<Record<string, unknown>[]>();
    expect(rows).toHaveLength(2);
    expect(JSON.stringify(rows)).not.toMatch(/digest|\b[0-9a-f]{64}\b/);
    expect(JSON.stringify(rows)).not.toContain(ADMIN.token);
    expect((await run('token list --kind service_token')).out).toBe('There are no such tokens.\n');
  });

  it('lists the tokens that somebody has created, for whomever, also when they are gone', async () => {
    const headers = { Authorization: `Bearer ${ADMIN.token}` };
    const body = JSON.stringify({ name: 'deploy' });
    const path = `/client/v4/accounts/${ACCOUNT.id}/access/service_tokens`;
    const made = await send(server.baseUrl, 'POST', path, { headers, body });
    const { id } = made.json<{ result: { id: string } }>().result;
    await run('admin create second@example.com --name Second --json');
    const createdBy = async (user: string): Promise<unknown[]> =>
      (await run(`token list --created-by ${user} --json`)).json<{ id: string; created_by: string }[]>();
    const expected = expect.objectContaining({ id, kind: 'service_token', created_by: String(ADMIN.id) });
    expect(await createdBy(ADMIN.email)).toEqual([expected]);
    expect(await createdBy(String(ADMIN.id))).toEqual([expected]);
    expect(await createdBy('second@example.com')).toEqual([]);
    expect(await createdBy('999999')).toEqual([]);
  });

  describe('what cannot be done', () => {
    it.each([
      ['admin reset-password nobody@example.com', 'there is no user nobody@example.com: see latchkey user list'],
      ['admin create-token 4711', 'there is no user 4711: see latchkey user list'],
      [`admin create ${ADMIN.email} --generate`, `E-mail address ${ADMIN.email} is already in use`],
      ['admin reset-password --password-file /nowhere/file', 'the file /nowhere/file cannot be read (ENOENT)'],
      ['admin reset-password --generate --password-file -', 'give --password-file or --generate, not both'],
    ])('%s', async (line, message) => {
      expect(await run(line)).toMatchObject({ code: 1, out: '', err: `${message}\n` });
    });

    it('a password that breaks the rules', async () => {
      const result = await run('admin reset-password --json', 'short');
      expect(result).toMatchObject({ code: 1, out: '' });
      expect(JSON.parse(result.err)).toEqual({ error: 'password must be at least 8 characters long' });
    });
  });
});
