/** Backups are complete although the server writes meanwhile, private, checked, and readable by `check`. */
import { chmodSync, copyFileSync, existsSync, readFileSync, readdirSync, statSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import Database from 'better-sqlite3';
import { beforeEach, describe, expect, it } from '@jest/globals';
import { AuditRecord } from '../../src/core/index.js';
import { User } from '../../src/identity/index.js';
import { onBothEngines } from '../support/engines.js';
import { send } from '../support/http.js';
import { ACCOUNT, ADMIN, startServer, type TestServer } from '../support/test-server.js';
import { latchkey, type CommandResult } from './support.js';

interface Finding {
  readonly check: string;
  readonly status: string;
  readonly message: string;
}

interface Shown {
  readonly last_backup_at: string | null;
}

describe('latchkey backup (sqlite)', () => {
  let server: TestServer;
  let copy: string;

  beforeEach(async () => {
    server = await startServer('sqlite');
    copy = path.join(path.dirname(server.database.name), 'copy');
  });

  const run = (...words: string[]): Promise<CommandResult> => latchkey(server.database, words);

  async function issue(count: number): Promise<string[]> {
    const headers = { 'Private-Token': ADMIN.token };
    const ids: string[] = [];
    for (let made = 0; made < count; made += 1) {
      const body = JSON.stringify({ description: 'x' });
      const answer = await send(server.baseUrl, 'POST', '/api/v1/users/1000/access-tokens', { headers, body });
      ids.push(answer.json<{ id: string }>().id);
    }
    return ids;
  }

  it('has what was acknowledged before, although the server goes on writing, in one private file', async () => {
    const before = await issue(3);
    const [result] = await Promise.all([run('backup', copy, '--json'), issue(20)]);
    expect(result).toMatchObject({ code: 0, err: '' });
    const { rows } = result.json<{ rows: Record<string, number> }>();
    expect(rows).toMatchObject({ latchkey_user: 1, latchkey_account: 1 });

    expect((statSync(copy).mode & 0o777).toString(8)).toBe('600');
    expect(readdirSync(path.dirname(copy)).filter((name) => name.startsWith('copy'))).toEqual(['copy']);
    const file = new Database(copy, { readonly: true });
    expect(file.pragma('journal_mode', { simple: true })).toBe('delete');
    const handles = file.prepare('SELECT handle FROM latchkey_token').pluck().all();
    expect(handles).toEqual(expect.arrayContaining(before));
    expect(handles).toHaveLength(rows.latchkey_token ?? 0);
    file.close();
  });

  it('is readable by check, which changes nothing', async () => {
    await run('backup', copy);
    const bytes = readFileSync(copy);
    const { code, ...result } = await run('check', copy, '--json');
    expect(code).toBe(0);
    const findings = result.json<Finding[]>();
    expect(findings.map(({ check, status }) => `${check} ${status}`)).toEqual([
      'database ok',
      'file ok',
      'schema ok',
      'integrity ok',
      'contents ok',
      'administrators ok',
      'clock ok',
    ]);
    expect(findings[4]?.message).toBe('1 users, 1 accounts, 1 tokens, 4 audit rows');
    expect(readFileSync(copy).equals(bytes)).toBe(true);
    expect(existsSync(`${copy}-wal`)).toBe(false);
  });

  it('is known to the server, which shows when it was made, and who made it', async () => {
    const { bytes } = (await run('backup', copy, '--json')).json<{ bytes: number }>();
    const headers = { Authorization: `Bearer ${ADMIN.token}` };
    const shown = (await send(server.baseUrl, 'GET', '/latchkey/v1/server', { headers })).json<Shown>();
    expect(Date.now() - Date.parse(shown.last_backup_at ?? '')).toBeLessThan(10_000);
    const [row] = await server.dataSource.getRepository(AuditRecord).findBy({ action: 'server.backed_up' });
    expect(row).toMatchObject({ authorName: 'command line', authorId: null });
    expect(JSON.stringify(row)).toContain(String(bytes));
  });

  it('is made, with a remark, if the database cannot record it', async () => {
    await server.dataSource.query(`INSERT INTO latchkey_migration (timestamp, name) VALUES (9, 'OfANewerVersion9')`);
    const { code, err } = await run('backup', copy);
    expect(code).toBe(0);
    expect(err).toMatch(/^the copy is complete, but the database does not record that it was made: .*OfANewerVersion9/);
    expect(existsSync(copy)).toBe(true);
  });

  it('replaces nothing unless it is told to', async () => {
    writeFileSync(copy, 'something else');
    expect(await run('backup', copy)).toMatchObject({
      code: 1,
      err: `${copy} exists: give another file, or --force to replace it\n`,
    });
    expect(readFileSync(copy, 'utf8')).toBe('something else');
    expect((await run('backup', copy, '--force')).code).toBe(0);
    expect((await run('check', copy)).code).toBe(0);
    const { name } = server.database;
    for (const file of [name, `${name}-wal`]) {
      expect((await run('backup', file, '--force')).err).toMatch(/belongs to the database itself/);
    }
    expect((await run('backup', '/nowhere/copy')).err).toMatch(/^there is no folder \/nowhere/);
  });

  it('is not made of a damaged database, and check names the damage', async () => {
    await issue(40);
    await server.stop();
    const bytes = readFileSync(server.database.name);
    // Pages in the middle; the header and the schema stay readable.
    bytes.fill(0x5a, Math.floor(bytes.length / 8192) * 4096, Math.floor(bytes.length / 8192) * 4096 + 3 * 4096);
    writeFileSync(server.database.name, bytes);
    const checked = await run('check');
    expect(checked.code).toBe(1);
    expect(checked.out).toMatch(/^problem +(integrity|database) +/m);
    expect(await run('backup', copy)).toMatchObject({ code: 1, out: '' });
    expect(existsSync(copy)).toBe(false);
  });

  it('check sees an empty shell, a file that others can read, and a file that is no database', async () => {
    const shell = `${copy}-shell`;
    writeFileSync(shell, '');
    expect((await run('check', shell)).out).toMatch(/^problem +schema +the database has no schema of Latchkey yet/m);
    copyFileSync(server.database.name, shell);
    await run('backup', copy);
    chmodSync(copy, 0o644);
    const open = await run('check', copy);
    expect([open.code, open.out]).toEqual([
      0,
      expect.stringMatching(/^warning +file +others can read it \(mode 644\)/m),
    ]);
    writeFileSync(
      copy,
      'no database, but a text that is long enough to have a header of its own, and more of it '.repeat(9),
    );
    expect(await run('check', copy)).toMatchObject({ code: 1, out: expect.stringMatching(/^problem +database/m) });
  });
});

onBothEngines('latchkey check', (engine) => {
  let server: TestServer;

  beforeEach(async () => {
    server = await startServer(engine);
  });

  const findings = async (env: Record<string, string> = {}): Promise<Finding[]> =>
    (await latchkey(server.database, ['check', '--json'], { env })).json();

  const problems = async (): Promise<string[]> =>
    (await findings()).filter(({ status }) => status === 'problem').map(({ check, message }) => `${check}: ${message}`);

  it('finds nothing wrong with a server that runs, and says what is there', async () => {
    const { code, out } = await latchkey(server.database, ['check']);
    expect(code).toBe(0);
    expect(out).toMatch(/^ok +contents +1 users, 1 accounts, 1 tokens/m);
    expect(out).toContain(ACCOUNT.id.length > 0 ? 'an administrator can sign in' : '');
  });

  it('names settings that are not valid or not known', async () => {
    expect(await findings({ PORT: 'x' })).toMatchObject([{ check: 'settings', status: 'problem' }]);
    const [, unknown] = await findings({ MAX_CONECTIONS: '7' });
    expect(unknown).toMatchObject({ check: 'settings', status: 'warning' });
    expect(unknown?.message).toContain('did you mean MAX_CONNECTIONS?');
  });

  it('says that nobody can sign in, and how to help', async () => {
    await server.dataSource.manager.update(User, { id: ADMIN.id }, { blocked: true });
    expect(await problems()).toEqual([
      'administrators: no administrator can sign in: use latchkey admin unlock, reset-password or create-token',
    ]);
  });

  it('notices rows from the future: the clock is wrong, or was', async () => {
    await server.dataSource.manager.update(AuditRecord, { targetType: 'user' }, { createdAt: new Date(4e12) });
    expect(await problems()).toEqual([
      'clock: the newest row of the audit log is of 2096-10-02T07:06:40.000Z, which is in the future: ' +
        'set the clock of this machine',
    ]);
  });

  it('names a schema of another version', async () => {
    await server.dataSource.query(
      `INSERT INTO latchkey_migration ("timestamp", "name") VALUES (1999999999999, 'Later1999999999999')`,
    );
    expect(await problems()).toEqual([expect.stringMatching(/^schema: .*belongs to a newer version of Latchkey/)]);
  });
});

describe('latchkey backup (postgres)', () => {
  it('says how PostgreSQL is copied', async () => {
    const { code, err } = await latchkey({ url: 'postgres://me:word@127.0.0.1:1/x' }, ['backup', '/tmp/copy']);
    expect(code).toBe(1);
    expect(err).toContain('pg_dump --format=custom --exclude-table-data=latchkey_instance --file=FILE');
    expect(err).not.toContain('word@');
  });
});
