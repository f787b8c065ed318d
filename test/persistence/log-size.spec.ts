/** SQLite's write-ahead log is reset after each checkpoint, even during look-ups. */
import { statSync } from 'node:fs';
import { expect, it } from '@jest/globals';
import type Database from 'better-sqlite3';
import { send } from '../support/http.js';
import { ACCOUNT, ADMIN, startServer } from '../support/test-server.js';

const CHECKPOINT_PAGES = 20;
const PAGE_BYTES = 4096;

const ROUNDS = 60;
const WRITERS = 4;
const GUESSERS = 8;

it('keeps the write-ahead log of SQLite within its bound under writes and guesses', async () => {
  const server = await startServer('sqlite');
  const { databaseConnection } = server.dataSource.driver as unknown as { databaseConnection: Database.Database };
  databaseConnection.pragma(`wal_autocheckpoint = ${String(CHECKPOINT_PAGES)}`);
  const guess = { 'Private-Token': ADMIN.token.replaceAll('A', 'B') };
  const headers = { Authorization: `Bearer ${ADMIN.token}` };
  const rounds = (count: number, one: () => Promise<number>): Promise<void>[] =>
    Array.from({ length: count }, async () => {
      for (let round = 0; round < ROUNDS; round += 1) await one();
    });
  const create = async (): Promise<number> => {
    const path = `/client/v4/accounts/${ACCOUNT.id}/access/service_tokens`;
    return (await send(server.baseUrl, 'POST', path, { headers, body: '{"name":"one of many"}' })).status;
  };
  const verify = async (): Promise<number> => (await send(server.baseUrl, 'GET', '/verify', { headers: guess })).status;
  await Promise.all([...rounds(WRITERS, create), ...rounds(GUESSERS, verify)]);
  const { size } = statSync(`${server.database.name}-wal`);
  expect(size).toBeLessThan(10 * CHECKPOINT_PAGES * PAGE_BYTES);
});
