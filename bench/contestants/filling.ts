/** Many service tokens at once, in the form in which the product writes them: rows, audit rows, counts. */
import { createHash, randomUUID } from 'node:crypto';
import Database from 'better-sqlite3';
import { newCheckedSecret } from '../../src/core/tokens/secret.js';
import { newClientId } from '../../src/dialects/cloudflare/service-token.service.js';

export interface KnownToken {
  readonly clientId: string;
  readonly clientSecret: string;
}

/** The product's own, unless it is told another. */
export const SECRET_PREFIX = 'lkst_';

/** The known tokens lie evenly among the others. */
const STRETCHES = 100;

/** Milliseconds between the creations of two tokens. */
const PACE_MS = 10;

const YEAR_MS = 8760 * 3600 * 1000;

/** A stretch of tokens whose secrets nobody knows. */
const STRANGERS = `
  WITH RECURSIVE stranger(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM stranger WHERE n < :count)
  INSERT INTO latchkey_token
    (id, kind, handle, handle_scope, secret_digest, secret_version, label, account_id, enabled, created_at, updated_at,
     expires_at, duration)
  SELECT
    lower(printf('%s-%s-4%s-a%s-%s', hex(randomblob(4)), hex(randomblob(2)), substr(hex(randomblob(2)), 2),
      substr(hex(randomblob(2)), 2), hex(randomblob(6)))),
    'service_token', lower(hex(randomblob(16))) || '.access', '', lower(hex(randomblob(32))), 1, 'CI/CD token ' || n,
    :account, 1, :from + n * ${String(PACE_MS)}, :from + n * ${String(PACE_MS)},
    :from + n * ${String(PACE_MS)} + ${String(YEAR_MS)}, '8760h'
  FROM stranger`;

const KNOWN = `
  INSERT INTO latchkey_token
    (id, kind, handle, handle_scope, secret_digest, secret_version, label, account_id, enabled, created_at, updated_at,
     expires_at, duration)
  VALUES (:id, 'service_token', :clientId, '', :digest, 1, 'CI/CD token', :account, 1, :at, :at, :at + ${String(YEAR_MS)}, '8760h')`;

const COUNTS = `
  INSERT INTO latchkey_token_count (account_id, kind, part, tokens)
  SELECT account_id, kind, instr('0123456789abcdef', substr(id, -1, 1)) - 1, count(*)
  FROM latchkey_token WHERE kind = 'service_token' GROUP BY 1, 2, 3`;

const AUDIT = `
  INSERT INTO latchkey_audit
    (created_at, action, author_id, author_name, author_token_id, ip_address, target_type, target_id, target_name,
     account_id, details)
  SELECT created_at, 'token.issued', 1000, 'Administrator', (SELECT id FROM latchkey_token WHERE user_id = 1000),
    '127.0.0.1', 'token', id, label, account_id, json_object('kind', kind, 'handle', handle, 'user_id', null)
  FROM latchkey_token WHERE kind = 'service_token' ORDER BY created_at`;

/** @returns the known ones */
export function fillWithServiceTokens(file: string, account: string, tokens: number, known: number): KnownToken[] {
  const database = new Database(file);
  database.pragma('synchronous = OFF');
  database.pragma('cache_size = -400000');
  const insertKnown = database.prepare(KNOWN);
  const insertStrangers = database.prepare(STRANGERS);
  const began = Date.now() - tokens * PACE_MS;
  const made: KnownToken[] = [];
  withoutIndices(database, () => {
    const [stretch, knownEach] = [tokens / STRETCHES, known / STRETCHES];
    for (let from = began; from < began + tokens * PACE_MS; from += stretch * PACE_MS) {
      for (let n = 0; n < knownEach; n += 1) made.push(newKnown(insertKnown, account, from));
      if (stretch > knownEach) insertStrangers.run({ account, from, count: stretch - knownEach });
    }
    database.exec(COUNTS);
    database.exec(AUDIT);
  });
  database.close();
  return made;
}

function newKnown(insert: Database.Statement, account: string, at: number): KnownToken {
  const clientId = newClientId();
  const clientSecret = newCheckedSecret(SECRET_PREFIX).reveal();
  const digest = createHash('sha256').update(clientSecret).digest('hex');
  insert.run({ id: randomUUID(), clientId, digest, account, at });
  return { clientId, clientSecret };
}

/** Indices are quicker made at the end, all at once. */
function withoutIndices(database: Database.Database, fill: () => void): void {
  const indices = database
    .prepare<[], { name: string; sql: string }>(
      `SELECT name, sql FROM sqlite_master WHERE type = 'index' AND sql IS NOT NULL AND tbl_name IN ('latchkey_token', 'latchkey_audit')`,
    )
    .all();
  database.transaction(() => {
    for (const { name } of indices) database.exec(`DROP INDEX "${name}"`);
    fill();
    for (const { sql } of indices) database.exec(sql);
  })();
}
