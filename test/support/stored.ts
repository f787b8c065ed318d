/** The content of the database as text: cheap to compare, with one line per row, so that a difference shows the rows. */
import type Database from 'better-sqlite3';
import type { FindOptionsWhere } from 'typeorm';
import { AuditRecord } from '../../src/core/index.js';
import type { TestServer } from './test-server.js';

const ORDERS = {
  user: 'id',
  token: 'id',
  token_count: 'account_id, kind, part',
  setting: 'name',
  membership: 'id',
  account: 'id',
  group: 'id',
  group_member: 'id',
  audit: 'id',
};

export type Table = keyof typeof ORDERS;

const TABLES = Object.keys(ORDERS) as Table[];

/** The time of the last use is written in the background, and is not part of what a request changes. */
const WRITTEN_BEHIND = ['', 'previous_'].flatMap((which) =>
  ['at', 'address', 'agent'].map((what) => `${which}last_seen_${what}`),
);

/** What is written because a password or a pass code was wrong. */
const FAILED_CHECKS = [
  'user.login_failed',
  'user.password_change_failed',
  'token.password_refused',
  'token.pass_code_refused',
]
  .map((action) => `'${action}'`)
  .join(', ');

export interface StoredOptions {
  readonly tables?: readonly Table[];
  /** Whether to include the audit rows of wrong passwords and pass codes. Default: yes. */
  readonly failedLogins?: boolean;
}

interface Source {
  readonly table: Table;
  readonly rows: string;
  readonly order: string;
}

/** Everything that a request could have changed. */
export async function stored({ dataSource, engine }: TestServer, options: StoredOptions = {}): Promise<string> {
  const { tables = TABLES, failedLogins = true } = options;
  const sources = tables.map((table): Source => {
    const where = table === 'audit' && !failedLogins ? ` WHERE action NOT IN (${FAILED_CHECKS})` : '';
    return { table, rows: `SELECT * FROM latchkey_${table}${where}`, order: ORDERS[table] };
  });
  if (engine === 'postgres') return postgresText(dataSource, sources);
  const { databaseConnection } = dataSource.driver as unknown as { databaseConnection: Database.Database };
  return sources.map((source) => sqliteText(databaseConnection, source)).join('\n');
}

/** The rows of one table. */
export function rowsOf({ dataSource }: TestServer, table: Table): Promise<Record<string, unknown>[]> {
  return dataSource.query(`SELECT * FROM latchkey_${table} ORDER BY ${ORDERS[table]}`);
}

/** The audit rows written so far, oldest first. */
export function auditRows(
  { dataSource }: TestServer,
  where: FindOptionsWhere<AuditRecord> = {},
): Promise<AuditRecord[]> {
  return dataSource.getRepository(AuditRecord).find({ where, order: { id: 'ASC' } });
}

async function postgresText(dataSource: TestServer['dataSource'], sources: readonly Source[]): Promise<string> {
  const behind = WRITTEN_BEHIND.map((name) => `'${name}'`).join(', ');
  const texts = sources.map(({ table, rows, order }) => {
    const row = table === 'token' ? `to_jsonb(r) - ARRAY[${behind}]` : 'to_json(r)';
    return `(SELECT string_agg('${table} ' || (${row})::text, E'\\n' ORDER BY ${order}) FROM (${rows}) r)`;
  });
  const statement = `SELECT concat_ws(E'\\n', ${texts.join(', ')}) AS content`;
  const [row] = await dataSource.query<{ content: string }[]>(statement);
  return row?.content ?? '';
}

/** By the driver itself, which is many times as fast as TypeORM's query. */
function sqliteText(database: Database.Database, { table, rows, order }: Source): string {
  const found = database.prepare<[], Record<string, unknown>>(`${rows} ORDER BY ${order}`).all();
  const columns = Object.keys(found[0] ?? {}).filter((name) => !WRITTEN_BEHIND.includes(name));
  return found.map((row) => `${table} ${JSON.stringify(row, columns)}`).join('\n');
}
