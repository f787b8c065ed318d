/** A restore replaces the database only where it may, and shows what it brings back to life. */
import { existsSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import Database from 'better-sqlite3';
import { beforeEach, describe, expect, it } from '@jest/globals';
import { AuditRecord, SYSTEM } from '../../src/core/index.js';
import { MembershipService, UserService } from '../../src/identity/index.js';
import { Instance } from '../../src/persistence/index.js';
import { createSqlite, onBothEngines } from '../support/engines.js';
import { send } from '../support/http.js';
import { migratedDatabase } from '../support/templates.js';
import { ACCOUNT, ADMIN, startServer, type TestServer } from '../support/test-server.js';
import { latchkey, type CommandResult } from './support.js';

const ADMINISTRATOR = { 'Private-Token': ADMIN.token };

interface Report {
  readonly endedLogins: number;
  readonly kept: string;
  readonly unknownBecause?: string;
  readonly revived: readonly { undone: string; id: string; name: string }[];
  readonly endedAgain: readonly { undone: string; id: string }[];
}

interface Made {
  readonly id: string;
  readonly token: string;
}

describe('latchkey restore (sqlite)', () => {
  let server: TestServer;
  let copy: string;

  beforeEach(async () => {
    server = await startServer('sqlite');
    copy = path.join(path.dirname(server.database.name), 'copy');
  });

  const run = (...words: string[]): Promise<CommandResult> => latchkey(server.database, words);

  const call = (method: string, url: string, body?: object, token = ADMIN.token): ReturnType<typeof send> =>
    send(server.baseUrl, method, `/api/v1${url}`, {
      headers: { 'Private-Token': token },
      ...(body && { body: JSON.stringify(body) }),
    });

  const verified = async (token: string): Promise<number> =>
    (await send(server.baseUrl, 'GET', '/verify', { headers: { 'Private-Token': token } })).status;

  const newToken = async (label: string): Promise<Made> =>
    (await run('admin', 'create-token', ADMIN.email, '--description', label, '--json')).json<Made>();

  const login = async (): Promise<string> => {
    const body = { email: ADMIN.email, password: ADMIN.password };
    return (await call('POST', '/users/login', body)).json<{ token: string }>().token;
  };

  /** A copy, and what happened after it was made. */
  async function history(): Promise<{ lost: Made; later: Made; session: string; user: string; csv: string }> {
    const lost = await newToken('lost');
    const created = await call('POST', '/users', {
      email: 'carol@example.com',
      name: 'Carol',
      password: 'carols word',
    });
    const user = String(created.json<{ id: number }>().id);
    const session = await login();
    expect((await run('backup', copy)).code).toBe(0);
    await call('POST', '/users/logout', {}, session);
    await run('token', 'revoke', lost.id);
    await call('PATCH', `/users/${user}`, { name: 'Caroline' });
    await call('POST', `/users/${user}/block`);
    await call('POST', '/users', { email: 'dave@example.com', name: 'Dave', password: 'daves words' });
    const later = await newToken('later');
    const csv = path.join(path.dirname(copy), 'audit.csv');
    writeFileSync(csv, (await call('GET', '/audit-log/export-csv')).text);
    await server.stop();
    return { lost, later, session, user, csv };
  }

  const started = async (): Promise<void> => {
    server = await startServer('sqlite', {}, server.database);
  };

  it('keeps the old database, ends the logins, and lists what is accepted again', async () => {
    const { lost, later, session, user } = await history();
    const result = await run('restore', copy, '--force', '--json');
    expect(result).toMatchObject({ code: 0, err: '' });
    const report = result.json<Report>();
    expect(report.endedLogins).toBe(1);
    expect(report.revived.map(({ undone, id }) => [undone, id])).toEqual([
      ['token.revoked', lost.id],
      ['user.blocked', user],
    ]);
    await started();
    expect([await verified(lost.token), await verified(later.token), await verified(session)]).toEqual([200, 401, 401]);
    const [row] = await server.dataSource.manager.find(AuditRecord, { order: { id: 'DESC' }, take: 1 });
    expect(row).toMatchObject({ action: 'server.restored', authorName: 'command line', details: { from: 'copy' } });

    const old = new Database(report.kept, { readonly: true });
    expect(old.prepare(`SELECT count(*) FROM latchkey_token WHERE label = 'later'`).pluck().get()).toBe(1);
    old.close();
    expect((statSync(server.database.name).mode & 0o777).toString(8)).toBe('600');
  });

  it('lists rights that were taken since, and no change of a name', async () => {
    const users = server.app.get(UserService, { strict: false });
    const members = server.app.get(MembershipService, { strict: false });
    const { id } = await users.create(SYSTEM, { email: 'zoe@example.com', name: 'Zoe', admin: true, approved: true });
    const { membership } = await members.add(SYSTEM, ACCOUNT.id, id, 'administrator');
    await run('backup', copy);
    await users.update(SYSTEM, id, { admin: false });
    await users.update(SYSTEM, id, { name: 'Zoë' });
    await members.remove(SYSTEM, ACCOUNT.id, membership.id);
    await server.stop();
    const { revived } = (await run('restore', copy, '--force', '--json')).json<Report>();
    expect(revived.map(({ undone, id }) => [undone, id])).toEqual([
      ['user.updated', String(id)],
      ['membership.removed', membership.id],
    ]);
  });

  it('does not list what was taken back since', async () => {
    const users = server.app.get(UserService, { strict: false });
    const values = { email: 'zoe@example.com', name: 'Zoe', admin: false, approved: true };
    const { id } = await users.create(SYSTEM, values);
    await run('backup', copy);
    await users.update(SYSTEM, id, { blocked: true });
    await users.update(SYSTEM, id, { blocked: false });
    await server.stop();
    expect((await run('restore', copy, '--force', '--json')).json<Report>().revived).toEqual([]);
  });

  it('gives no id a second time, of users and of the audit log', async () => {
    const { user } = await history();
    await run('restore', copy, '--force');
    await started();
    const created = await call('POST', '/users', { email: 'erin@example.com', name: 'Erin', password: 'erins words' });
    expect(created.json<{ id: number }>().id).toBeGreaterThan(Number(user) + 10_000);
    const [row] = await server.dataSource.manager.find(AuditRecord, { order: { id: 'DESC' }, take: 1 });
    expect(row?.id).toBeGreaterThan(1_000_000);
  });

  it('ends again what was ended, if it is told to', async () => {
    const { lost, user } = await history();
    const report = (await run('restore', copy, '--force', '--revoke-again', '--json')).json<Report>();
    expect(report.endedAgain.map(({ id }) => id)).toEqual([lost.id, user]);
    expect(report.revived).toEqual([]);
    await started();
    expect(await verified(lost.token)).toBe(401);
    expect((await call('GET', `/users/${user}`)).json<{ blocked: boolean }>().blocked).toBe(true);
  });

  it('learns from an exported audit log where the database itself is lost', async () => {
    const { lost, user, csv } = await history();
    rmSync(server.database.name);
    const result = await run('restore', copy, '--newer-log', csv, '--json');
    expect(result).toMatchObject({ code: 0, err: '' });
    expect(result.json<Report>().revived.map(({ undone, id }) => [undone, id])).toEqual([
      ['token.revoked', lost.id],
      ['user.blocked', user],
    ]);
    const text = await run('restore', copy, '--newer-log', csv, '--force');
    expect(text.out).toContain(`token.revoked         ${lost.id}  lost\n`);
    expect(text.out).toContain('end them with latchkey token revoke');
  });

  it('says when nobody knows what was revoked since', async () => {
    await history();
    rmSync(server.database.name);
    // A server does not take an empty database for the one that is gone.
    await expect(startServer('sqlite', {}, server.database)).rejects.toThrow(
      /is missing, but a server has stored data/,
    );
    const { out } = await run('restore', copy);
    expect(out).toContain('What was revoked since is not known: no newer log was given (--newer-log).');
    await started();
    expect((await send(server.baseUrl, 'GET', '/api/v1/users', { headers: ADMINISTRATOR })).status).toBe(200);
  });

  it('is refused while a server runs, and without --force, and changes nothing then', async () => {
    const { id } = await newToken('x');
    await run('backup', copy);
    await run('token', 'revoke', id);
    const running = await run('restore', copy, '--force');
    expect(running).toMatchObject({ code: 1, out: '' });
    expect(running.err).toMatch(/is in use by process \d+ on .*: stop that server first/);
    await server.stop();
    expect((await run('restore', copy)).err).toMatch(/^there is a database at .*: give --force to replace it/);
    expect(existsSync(copy)).toBe(true);
    expect((await run('token', 'list', '--json')).json()).toHaveLength(1);
    const rest = readdirSync(path.dirname(copy)).filter((name) => /restoring|replaced|unfinished/.test(name));
    expect(rest).toEqual([]);
  });

  it.each([
    ['a missing copy', () => '/nowhere/copy', /^there is no copy \/nowhere\/copy/],
    ['an empty file', (file: string) => (writeFileSync(file, ''), file), /^there is no copy .*, or it is empty/],
    ['the database itself', () => server.database.name, /is the database itself/],
    ['a text', (file: string) => (writeFileSync(file, 'x'.repeat(9999)), file), /cannot be restored \(/],
  ])('refuses %s', async (_what, make, message) => {
    await server.stop();
    const { code, err } = await run('restore', make(copy), '--force');
    expect(code).toBe(1);
    expect(err).toMatch(message);
    expect((await run('check')).code).toBe(0);
  });

  it('refuses a copy of a newer version, and brings an older one up to date', async () => {
    await run('backup', copy);
    await server.stop();
    const newer = new Database(copy);
    newer.exec(`INSERT INTO latchkey_migration ("timestamp", "name") VALUES (1999999999999, 'Later1999999999999')`);
    expect((await run('restore', copy, '--force')).err).toMatch(/^the copy cannot be restored: .*newer version/);
    newer.exec('DELETE FROM latchkey_migration WHERE "timestamp" = 1999999999999');
    newer.close();
    expect((await latchkey({ url: `sqlite:${copy}` }, ['migrate', 'down'])).code).toBe(0);
    expect((await run('restore', copy, '--force')).code).toBe(0);
    expect((await run('migrate', 'status')).code).toBe(0);
  });

  it('takes no log of another server', async () => {
    await run('backup', copy);
    await server.stop();
    const other = await startServer(
      'sqlite',
      { ACCOUNT_NAME: ACCOUNT.name },
      await migratedDatabase('sqlite', 'standalone'),
    );
    await other.stop();
    const { code, err } = await run('restore', copy, '--force', '--newer-log', other.database.name);
    expect(code).toBe(1);
    expect(err).toMatch(/^the newer log cannot be read \(.* belongs to another server/);
    const nothing = createSqlite().name;
    expect((await run('restore', copy, '--force', '--newer-log', nothing)).err).toContain('nothing was restored');
  });
});

onBothEngines('latchkey restore --mark-only', (engine) => {
  it('marks what was restored by other means: no lease, no login, no id given twice', async () => {
    const server = await startServer(engine);
    const body = JSON.stringify({ email: ADMIN.email, password: ADMIN.password });
    await send(server.baseUrl, 'POST', '/api/v1/users/login', { body });
    const beside = await latchkey(server.database, ['restore', '--mark-only']);
    expect(beside).toMatchObject({ code: 1, out: '' });
    await server.stop();

    const result = await latchkey(server.database, ['restore', '--mark-only', '--json']);
    expect(result).toMatchObject({ code: 0, err: '' });
    expect(result.json<Report>().endedLogins).toBe(1);
    const again = await startServer(engine, {}, server.database);
    expect(await again.dataSource.manager.count(Instance)).toBe(engine === 'postgres' ? 1 : 0);
    const [row] = await again.dataSource.manager.find(AuditRecord, { order: { id: 'DESC' }, take: 1 });
    expect(row?.action).toBe('server.restored');
    expect(row?.id).toBeGreaterThan(1_000_000);
  });
});

it('says how PostgreSQL is restored', async () => {
  const { code, err } = await latchkey({ url: 'postgres://me:word@127.0.0.1:1/x' }, ['restore', 'copy']);
  expect(code).toBe(1);
  expect(err).toContain('pg_restore --clean --if-exists --single-transaction');
  expect(err).toContain('latchkey restore --mark-only');
});
