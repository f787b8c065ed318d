/** The migration that makes names unique as people see them: what it does with names that exist already. */
import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { Logger } from '@nestjs/common';
import { hashSync } from 'bcrypt';
import type { DataSource } from 'typeorm';
import { AuditRecord } from '../../src/core/index.js';
import { AccountService } from '../../src/identity/index.js';
import { createDatabase, onBothEngines, type TestDatabase } from '../support/engines.js';
import { migrationsBefore, openMigrated, revertFrom } from '../support/earlier-schema.js';
import { send } from '../support/http.js';
import { startServer, type TestServer } from '../support/test-server.js';

const MOMENT = 1_790_000_000_000;
const PASSWORD = 'correct horse';

const USERS: readonly (readonly [id: number, email: string])[] = [
  [1000, 'admin@example.com'],
  [1001, 'foo\u0308@example.com'],
  [1002, 'fo\u00F6@example.com'],
  [1003, 'x@b\u00FCcher.example'],
  [1004, 'x@xn--bcher-kva.example'],
  [1005, '\u202Eadmin@x.io'],
  [1006, '"admin"@x.io'],
  [1007, 'adm1n@example.com'],
  [1008, '\u0430dmin@example.com'],
  [1009, 'Y@B\u00FCcher.example'],
  [1010, 'Plain@Example.com'],
  [1011, '\uFF50lain@example.com'],
  [1012, 'u\u0308ber@example.com'],
];

const ACCOUNTS: readonly (readonly [id: string, name: string, age: number])[] = [
  ['a', 'DEMO', 1],
  ['b', ' DEMO', 2],
  ['c', 'demo', 3],
  ['d', 'D\u0415MO', 4],
  ['e', 'DEM0', 5],
  ['f', 'Cafe\u0301', 6],
  ['1', 'old  name ', 7],
  ['2', 'other\u200B', 8],
];

const fullId = (id: string): string => id.repeat(32);

onBothEngines('names that exist already', (engine) => {
  let database: TestDatabase;
  let server: TestServer;
  const warnings: string[] = [];

  const rowsOf = async (dataSource: DataSource): Promise<unknown> => [
    await dataSource.query('SELECT "id", "email", "email_key" FROM "latchkey_user" ORDER BY "id"'),
    await dataSource.query('SELECT "id", "name" FROM "latchkey_account" ORDER BY "id"'),
  ];

  beforeAll(async () => {
    database = await createDatabase(engine);
    const dataSource = await openMigrated(database, migrationsBefore('Names'));
    const hash = hashSync(PASSWORD, 4);
    const quoted = (text: string): string => `'${text.replaceAll("'", "''")}'`;
    for (const [id, email] of USERS) {
      const values = [id, quoted(email), quoted(email.toLowerCase()), quoted(`User ${String(id)}`), quoted(hash)];
      await dataSource.query(
        `INSERT INTO latchkey_user
         (id, email, email_key, name, password_hash, admin, approved, blocked, created_at, updated_at)
         VALUES (${values.join(', ')}, ${String(id === 1000)}, TRUE, FALSE, ${String(MOMENT)}, ${String(MOMENT)})`,
      );
    }
    // Not in the order of their ages.
    for (const [id, name, age] of [...ACCOUNTS].reverse()) {
      await dataSource.query(
        `INSERT INTO latchkey_account (id, name, created_at, updated_at)
         VALUES ('${fullId(id)}', ${quoted(name)}, ${String(MOMENT + age)}, ${String(MOMENT)})`,
      );
    }
    await dataSource.destroy();
    const spy = jest.spyOn(Logger.prototype, 'warn').mockImplementation((text: unknown) => {
      warnings.push(String(text));
    });
    await (await openMigrated(database)).destroy();
    server = await startServer(engine, {}, database);
    spy.mockRestore();
  });
  afterAll(() => server.close());

  const login = async (email: string): Promise<number> => {
    const reply = await send(server.baseUrl, 'POST', '/api/v1/users/login', {
      headers: { 'Content-Type': 'application/json' },
      body: JSON.stringify({ email, password: PASSWORD }),
    });
    return reply.json<{ user?: { id: number } }>().user?.id ?? reply.status;
  };

  const noted = async (action: string): Promise<Record<string, unknown>> => {
    const rows = await server.dataSource.getRepository(AuditRecord).find({ where: { action }, order: { id: 'ASC' } });
    for (const row of rows) expect(row).toMatchObject({ authorId: null, ipAddress: null });
    return Object.fromEntries(rows.map(({ targetId, details }) => [targetId ?? '', details]));
  };

  it('lock nobody out: everybody can sign in and find their organisation as before', async () => {
    for (const [id, email] of USERS) expect([email, await login(email)]).toEqual([email, id]);
    for (const [id, email] of USERS) expect([email, await login(email.toUpperCase())]).toEqual([email, id]);
    const accounts = server.app.get(AccountService);
    for (const [id, name] of ACCOUNTS) {
      expect([name, (await accounts.findByIdOrName(name))?.id]).toEqual([name, fullId(id)]);
    }
  });

  it('belong to the oldest row: others keep theirs and are in the audit log, with the reason', async () => {
    const because = (reason: string): unknown => expect.objectContaining({ because: reason });
    expect(await noted('user.email_needs_review')).toEqual({
      1002: because('is the same as that of user 1001, which is older'),
      1004: because('is the same as that of user 1003, which is older'),
      1005: because('has the character U+202E, which cannot be seen'),
      1006: because('is not a valid e-mail address'),
      1007: because('looks like that of user 1000, which is older'),
      1008: because(expect.stringContaining('mixes alphabets') as unknown as string),
      1011: because('is the same as that of user 1010, which is older'),
    });
    expect(await noted('account.name_needs_review')).toEqual({
      [fullId('b')]: because(`is the same as that of account ${fullId('a')}, which is older`),
      [fullId('c')]: because(`is the same as that of account ${fullId('a')}, which is older`),
      [fullId('d')]: because(expect.stringContaining('mixes alphabets') as unknown as string),
      [fullId('e')]: because(`looks like that of account ${fullId('a')}, which is older`),
      [fullId('2')]: because('has the character U+200B, which cannot be seen'),
    });
  });

  it('are stored in normal form where nobody else has it, which is in the audit log too', async () => {
    expect(await noted('user.updated')).toEqual({
      1009: expect.objectContaining({ old_email: 'Y@B\u00FCcher.example', new_email: 'Y@xn--bcher-kva.example' }),
      1012: expect.objectContaining({ old_email: 'u\u0308ber@example.com', new_email: '\u00FCber@example.com' }),
    });
    expect(await noted('account.updated')).toEqual({
      [fullId('f')]: expect.objectContaining({ old_name: 'Cafe\u0301', new_name: 'Caf\u00E9' }),
      [fullId('1')]: expect.objectContaining({ old_name: 'old  name ', new_name: 'old name' }),
    });
  });

  it('cannot be taken by others', async () => {
    const accounts = server.app.get(AccountService);
    const system = { kind: 'system', userId: null, userName: null, tokenId: null, admin: true, address: null } as const;
    for (const name of ['DEMO', 'Demo', 'dem0', 'caf\u00C9', 'OLD NAME']) {
      await expect(accounts.create(system, name)).rejects.toMatchObject({ code: 'account_name_taken' });
    }
  });

  it('are named in the log at every start, until they are changed', () => {
    expect(warnings).toEqual([
      expect.stringMatching(/e-mail address of each of these users.*: 1002, 1004, 1005, 1006, 1007, 1008, 1011\./),
      expect.stringContaining(`name of each of these accounts`),
    ]);
  });

  describe('after the migration is reverted', () => {
    it('are as they were, and it can be run again', async () => {
      await server.stop();
      const all = await openMigrated(database);
      const migrated = await rowsOf(all);
      await revertFrom(all, 'Names');
      const [users, accounts] = (await rowsOf(all)) as [{ id: number; email: string; email_key: string }[], object[]];
      expect(users.map(({ id, email, email_key: key }) => [id, email, key])).toEqual(
        USERS.map(([id, email]) => [id, email, email.toLowerCase()]),
      );
      expect(accounts).toEqual(
        ACCOUNTS.map(([id, name]) => ({ id: fullId(id), name })).sort((one, other) => one.id.localeCompare(other.id)),
      );
      await all.runMigrations({ transaction: 'each' });
      expect(await rowsOf(all)).toEqual(migrated);
      await all.destroy();
    });
  });
});
