/** More tokens and users than requests could create in a reasonable time. */
import type { TestServer } from '../../support/test-server.js';

const NUMBERS = (count: number): string =>
  `WITH RECURSIVE numbers(n) AS (SELECT 0 UNION ALL SELECT n + 1 FROM numbers WHERE n + 1 < ${String(count)})`;

/** Of an unknown secret. */
const DIGEST = 'd'.repeat(64);

/** Adds this many tokens with the same description to a user. */
export async function addTokens(
  { dataSource }: TestServer,
  userId: number,
  count: number,
  description: string,
): Promise<void> {
  const id = String(userId);
  await dataSource.query(
    `${NUMBERS(count)}
     INSERT INTO latchkey_token (id, kind, handle, handle_scope, secret_digest, secret_version, label, user_id, enabled,
       created_at, updated_at)
     SELECT '${id}-' || n, 'personal_token', '${id}-' || n, '', '${DIGEST}', 1, '${description}', ${id}, true, 0, 0
     FROM numbers`,
  );
}

/** Adds this many users who cannot sign in. */
export async function addUsers({ dataSource }: TestServer, count: number): Promise<void> {
  await dataSource.query(
    `${NUMBERS(count)}
     INSERT INTO latchkey_user (email, email_key, name, admin, approved, blocked, created_at, updated_at)
     SELECT 'many-' || n || '@example.com', 'many-' || n || '@example.com', 'One of many', false, true, false, 0, 0
     FROM numbers`,
  );
}
