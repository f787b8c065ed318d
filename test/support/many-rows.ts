/** A database with much of everything that is listed, made by a few statements. */
import type { DataSource } from 'typeorm';
import { fillAuditLog } from './audit-rows.js';
import { ACCOUNT, ADMIN, type TestServer } from './test-server.js';

/** Twelve digits that count up; with what stands before it, an id in the form of the table. */
const NUMBER = 'CAST(100000000000 + n AS varchar)';
const UUID = `'00000000-0000-4000-8000-' || ${NUMBER}`;
const HEX_32 = `'${'0'.repeat(20)}' || ${NUMBER}`;

/** When rows were made: ten in each millisecond. */
const MADE = '1700000000000 + n / 10';

/** Administers as many accounts as {@link addMany} adds. */
export const MEMBER_OF_MANY = 'many-0@example.com';

/** Adds so many service tokens, access tokens, members, accounts, tokens of the administrator and events. */
export async function addMany(server: Pick<TestServer, 'dataSource'>, count: number): Promise<void> {
  const { dataSource } = server;
  await insert(dataSource, count, 'latchkey_token', {
    ...token('service_token', '8'),
    handle: `${HEX_32} || '.access'`,
    account_id: `'${ACCOUNT.id}'`,
    secret_digest: `'${'1'.repeat(52)}' || ${NUMBER}`,
    created_by: `'${String(ADMIN.id)}'`,
    expires_at: '4102444800000',
    duration: `'8760h'`,
  });
  await dataSource.query(
    `INSERT INTO latchkey_token_count (account_id, kind, part, tokens)
     VALUES ('${ACCOUNT.id}', 'service_token', 15, ${String(count)})
     ON CONFLICT (account_id, kind, part) DO UPDATE SET tokens = latchkey_token_count.tokens + excluded.tokens`,
  );
  await insert(dataSource, count, 'latchkey_token', {
    ...token('access_token', '9'),
    handle: `'AC-' || n`,
    handle_scope: `'${ACCOUNT.id}'`,
    account_id: `'${ACCOUNT.id}'`,
    number: 'n + 1',
    identifier: `'id-' || n`,
  });
  await insert(dataSource, count, 'latchkey_token', {
    ...token('personal_token', 'a'),
    handle: `'${'h'.repeat(68)}' || ${NUMBER}`,
    user_id: String(ADMIN.id),
    secret_digest: `'${'2'.repeat(52)}' || ${NUMBER}`,
  });
  await insert(dataSource, count, 'latchkey_account', {
    id: HEX_32,
    name: `'Account ' || n`,
    created_at: MADE,
    updated_at: '0',
  });
  await addMembers(dataSource, count);
  await insert(dataSource, count, 'latchkey_membership', {
    id: HEX_32.replace('0', '1'),
    account_id: HEX_32,
    user_id: `(SELECT id FROM latchkey_user WHERE email = '${MEMBER_OF_MANY}')`,
    role: `'administrator'`,
    created_at: MADE,
  });
  await fillAuditLog(server as TestServer, count, {
    author_id: String(ADMIN.id),
    author_name: `'Administrator'`,
    target_id: `'${'t'.repeat(24)}' || ${NUMBER}`,
    created_at: MADE,
  });
}

async function addMembers(dataSource: DataSource, count: number): Promise<void> {
  const email = `'many-' || n || '@example.com'`;
  await insert(dataSource, count, 'latchkey_user', {
    email,
    email_key: email,
    name: `'User ' || n`,
    admin: 'false',
    approved: 'true',
    blocked: 'false',
    created_at: MADE,
    updated_at: '0',
  });
  await dataSource.query(
    `INSERT INTO latchkey_membership (id, account_id, user_id, role, created_at)
     SELECT '${'0'.repeat(20)}' || CAST(100000000000 + id AS varchar), '${ACCOUNT.id}', id, 'read_only', id
     FROM latchkey_user WHERE email LIKE 'many-%'`,
  );
}

/** @param digit - makes ids of different kinds different */
function token(kind: string, digit: string): Record<string, string> {
  return {
    id: UUID.replace('-8000-', `-${digit}000-`),
    kind: `'${kind}'`,
    handle_scope: `''`,
    secret_version: '1',
    label: `'token ' || n`,
    enabled: 'n % 2 = 0',
    created_at: MADE,
    updated_at: '1700000000000',
  };
}

function insert(
  dataSource: DataSource,
  count: number,
  table: string,
  columns: Readonly<Record<string, string>>,
): Promise<unknown> {
  return dataSource.query(
    `WITH RECURSIVE numbers(n) AS (SELECT 0 UNION ALL SELECT n + 1 FROM numbers WHERE n + 1 < ${String(count)})
     INSERT INTO ${table} (${Object.keys(columns).join(', ')}) SELECT ${Object.values(columns).join(', ')} FROM numbers`,
  );
}
