/** What a whole run shares: a PostgreSQL server, and a folder for files. */
import { accessSync, constants, mkdtempSync, rmSync, statfsSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { PostgresServer, UNSAFE_AND_FAST } from './start-postgres.js';

/** More than all suites need at the same time. */
const ROOM_BYTES = 2 * 1024 ** 3;

/**
 * Sets TEST_FOLDER, and TEST_DATABASE_URL unless it names an existing server.
 * @returns how to end the run
 */
export async function startRun(): Promise<() => Promise<void>> {
  const fastest = fastestFolder();
  const folder = mkdtempSync(path.join(fastest, 'latchkey-'));
  process.env.TEST_FOLDER = folder;
  const postgres = process.env.TEST_DATABASE_URL ? undefined : await startPostgres(fastest);
  return async () => {
    await postgres?.remove();
    rmSync(folder, { recursive: true, force: true });
  };
}

async function startPostgres(parent: string): Promise<PostgresServer> {
  const postgres = await PostgresServer.start([...UNSAFE_AND_FAST, 'max_connections=300'], parent);
  process.env.TEST_DATABASE_URL = postgres.url;
  return postgres;
}

/** In memory, if the system supports that and there is room: no suite depends on the disk. */
function fastestFolder(): string {
  const memory = '/dev/shm';
  try {
    accessSync(memory, constants.W_OK);
    const { bavail, bsize } = statfsSync(memory);
    return bavail * bsize > ROOM_BYTES ? memory : tmpdir();
  } catch {
    return tmpdir();
  }
}
