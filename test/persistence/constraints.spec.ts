import { randomUUID } from 'node:crypto';
import { describe, expect, it } from '@jest/globals';
import { SYSTEM } from '../../src/core/index.js';
import { onBothEngines } from '../support/engines.js';
import { sharedServer } from '../support/services.js';

type Row = Readonly<Record<string, string | number | boolean | null>>;

const DIGEST = 'd'.repeat(64);
const MOMENT = 1_900_000_000_000;

/** Valid rows; each case makes one of them invalid. */
const ACCOUNT = 'a'.repeat(32);

/** A valid session, as a change to a valid token. */
const SESSION = { kind: 'session', user_id: 1000, audience: 'user' };

const SOUND = {
  latchkey_token: (): Row => ({
    id: randomUUID(),
    kind: 'service_token',
    handle: randomUUID(),
    handle_scope: '',
    secret_digest: DIGEST,
    secret_version: 1,
    label: '',
    enabled: true,
    account_id: ACCOUNT,
    user_id: null,
    duration: '8760h',
    expires_at: MOMENT,
    created_at: MOMENT,
    updated_at: MOMENT,
  }),
  latchkey_user: (): Row => {
    const email = `${randomUUID()}@example.com`;
    const standing = { admin: false, approved: true, blocked: false };
    return { email, email_key: email, name: 'Name', ...standing, created_at: MOMENT, updated_at: MOMENT };
  },
  latchkey_account: (): Row => ({
    id: randomUUID().replaceAll('-', ''),
    name: randomUUID(),
    created_at: MOMENT,
    updated_at: MOMENT,
  }),
  latchkey_membership: (): Row => ({
    id: randomUUID().replaceAll('-', ''),
    account_id: randomUUID().replaceAll('-', ''),
    user_id: 1000,
    role: 'read_only',
    created_at: MOMENT,
  }),
};

type Table = keyof typeof SOUND;

const ACCEPTED: [string, Table, Row][] = [
  [
    'a token without a digest whose handle belongs to an account',
    'latchkey_token',
    { kind: 'access_token', handle_scope: ACCOUNT, secret_digest: null, number: 1 },
  ],
  ['a token of a user alone', 'latchkey_token', { kind: 'personal_token', user_id: 1000, account_id: null }],
  ['a session with expiry and audience', 'latchkey_token', SESSION],
  [
    'a previous digest with its end',
    'latchkey_token',
    { previous_secret_digest: DIGEST, previous_secret_expires_at: MOMENT },
  ],
  ['a user with a bcrypt hash', 'latchkey_user', { password_hash: 'h'.repeat(60) }],
  ['an administrator of an account', 'latchkey_membership', { role: 'administrator' }],
];

const REFUSED: [string, Table, Row, string][] = [
  ['an empty handle', 'latchkey_token', { handle: '' }, 'latchkey_token_handle_present'],
  ['a blank digest', 'latchkey_token', { secret_digest: '' }, 'latchkey_token_digest_length'],
  ['a digest that is too short', 'latchkey_token', { secret_digest: 'd'.repeat(63) }, 'latchkey_token_digest_length'],
  [
    'a personal token without a digest',
    'latchkey_token',
    { kind: 'personal_token', secret_digest: null },
    'latchkey_token_digest_present',
  ],
  [
    'an access token without a digest whose handle belongs to no account',
    'latchkey_token',
    { kind: 'access_token', secret_digest: null, number: 1 },
    'latchkey_token_digest_present',
  ],
  ['a service token without a digest', 'latchkey_token', { secret_digest: null }, 'latchkey_token_digest_present'],
  [
    'a session without a digest',
    'latchkey_token',
    { ...SESSION, secret_digest: null },
    'latchkey_token_digest_present',
  ],
  [
    'a blank previous digest',
    'latchkey_token',
    { previous_secret_digest: '', previous_secret_expires_at: MOMENT },
    'latchkey_token_previous_length',
  ],
  [
    'a previous digest that never ends',
    'latchkey_token',
    { previous_secret_digest: DIGEST },
    'latchkey_token_previous_ends',
  ],
  ['a version before the first', 'latchkey_token', { secret_version: 0 }, 'latchkey_token_version'],
  ['a token without an owner', 'latchkey_token', { kind: 'personal_token', account_id: null }, 'latchkey_token_owner'],
  ['a session without expiry', 'latchkey_token', { ...SESSION, expires_at: null }, 'latchkey_token_session'],
  ['a session without audience', 'latchkey_token', { ...SESSION, audience: null }, 'latchkey_token_session'],
  ['a service token without duration', 'latchkey_token', { duration: null }, 'latchkey_token_service'],
  ['a service token without expiry', 'latchkey_token', { expires_at: null }, 'latchkey_token_service'],
  ['a service token without account', 'latchkey_token', { user_id: 1000, account_id: null }, 'latchkey_token_service'],
  ['an access token without number', 'latchkey_token', { kind: 'access_token' }, 'latchkey_token_access'],
  ['a pass code in clear', 'latchkey_token', { pass_code_hash: '12345' }, 'latchkey_token_pass_code_length'],
  ['a user id below 1000', 'latchkey_user', { id: 999 }, 'latchkey_user_id_range'],
  ['a password in clear', 'latchkey_user', { password_hash: 'secret' }, 'latchkey_user_password_length'],
  ['an account id of another length', 'latchkey_account', { id: 'a'.repeat(31) }, 'latchkey_account_id_length'],
  ['an unknown role', 'latchkey_membership', { role: 'owner' }, 'latchkey_membership_role'],
];

onBothEngines('the database itself', (engine) => {
  const shared = sharedServer(engine);

  const flag = (value: boolean): boolean | number => (engine === 'sqlite' ? Number(value) : value);

  const insert = (table: Table, row: Row): Promise<unknown> => {
    const names = Object.keys(row).map((name) => `"${name}"`);
    const places = names.map((_, index) => (engine === 'sqlite' ? '?' : `$${String(index + 1)}`));
    const statement = `INSERT INTO "${table}" (${names.join(', ')}) VALUES (${places.join(', ')})`;
    const values = Object.values(row).map((value) => (typeof value === 'boolean' ? flag(value) : value));
    return shared.server.dataSource.query(statement, values);
  };

  it.each(Object.keys(SOUND) as Table[])('accepts a valid row of %s', async (table) => {
    await expect(insert(table, SOUND[table]())).resolves.toBeDefined();
  });

  it.each(ACCEPTED)('accepts %s', async (_name, table, change) => {
    await expect(insert(table, { ...SOUND[table](), ...change })).resolves.toBeDefined();
  });

  it.each(REFUSED)('refuses %s', async (_name, table, change, constraint) => {
    await expect(insert(table, { ...SOUND[table](), ...change })).rejects.toThrow(constraint);
  });

  it('refuses a digest that is too long', async () => {
    const row = { ...SOUND.latchkey_token(), secret_digest: 'd'.repeat(65) };
    // PostgreSQL looks at the column's length first.
    await expect(insert('latchkey_token', row)).rejects.toThrow(/latchkey_token_digest_length|too long/);
  });

  it('refuses an update that blanks a digest', async () => {
    const row = SOUND.latchkey_token();
    await insert('latchkey_token', row);
    for (const blank of [`''`, 'NULL']) {
      const statement = `UPDATE "latchkey_token" SET "secret_digest" = ${blank} WHERE "id" = '${String(row.id)}'`;
      await expect(shared.server.dataSource.query(statement)).rejects.toThrow('latchkey_token_digest');
    }
  });

  it.each<[string, Table, string[]]>([
    ['two tokens of one kind and scope with one handle', 'latchkey_token', ['kind', 'handle']],
    ['two users with one e-mail address', 'latchkey_user', ['email_key']],
    ['two accounts with one name', 'latchkey_account', ['name']],
    ['two memberships of one user in one account', 'latchkey_membership', ['account_id', 'user_id']],
  ])('refuses %s', async (_name, table, columns) => {
    const first = SOUND[table]();
    await insert(table, first);
    const same = Object.fromEntries(columns.map((column) => [column, first[column] ?? null]));
    await expect(insert(table, { ...SOUND[table](), ...same })).rejects.toThrow(/unique/i);
  });

  describe('user ids', () => {
    const create = async (): Promise<number> =>
      (await shared.services.users.create(SYSTEM, { email: `${randomUUID()}@example.com`, name: 'User' })).id;

    it('start at 1000, the id of the administrator', async () => {
      const [first] = await shared.services.users.list();
      expect(first).toMatchObject({ id: 1000, admin: true });
    });

    it('are never reused, even after the newest user was deleted', async () => {
      const given: number[] = [];
      for (let round = 0; round < 3; round += 1) {
        const id = await create();
        given.push(id);
        await shared.services.users.delete(SYSTEM, id);
      }
      given.push(await create());
      expect(given).toEqual([...new Set(given)].sort((one, other) => one - other));
      expect(Math.min(...given)).toBeGreaterThan(1000);
    });
  });
});
