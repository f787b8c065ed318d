/** What a whole run shares: a PostgreSQL server, a folder for files, and databases to copy. */
import { accessSync, constants, mkdtempSync, rmSync, statfsSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { loadConfig } from '../../src/config/index.js';
import { documents } from '../../src/docs.js';
import { createServer } from '../../src/server.js';
import { keepDocuments } from './documented.js';
import { PostgresServer, UNSAFE_AND_FAST } from './start-postgres.js';
import { makeTemplates } from './templates.js';

/** More than all suites have at a time. */
const ROOM_BYTES = 2 * 1024 ** 3;

const leftovers: (() => Promise<void>)[] = [];

/** Sets TEST_FOLDER, and TEST_DATABASE_URL unless it points at a server that is there already. */
export async function startRun(): Promise<void> {
  const fastest = fastestFolder();
  const folder = mkdtempSync(path.join(fastest, 'latchkey-'));
  process.env.TEST_FOLDER = folder;
  leftovers.push(() => {
    rmSync(folder, { recursive: true, force: true });
    return Promise.resolve();
  });
  if (!process.env.TEST_DATABASE_URL) {
    const postgres = await PostgresServer.start([...UNSAFE_AND_FAST, 'max_connections=300'], fastest);
    process.env.TEST_DATABASE_URL = postgres.url;
    leftovers.push(() => postgres.remove());
  }
  leftovers.push(await makeTemplates());
  await makeDocuments();
}

/** As the whole server has them. */
async function makeDocuments(): Promise<void> {
  const server = await createServer(loadConfig({ DATABASE_URL: 'sqlite::memory:', LOG_LEVEL: 'silent' }));
  keepDocuments(Object.values(documents(server.app)).map((make) => make()));
  await server.stop();
}

export async function endRun(): Promise<void> {
  for (const remove of leftovers.reverse()) await remove();
}

/** In memory, where the system offers that and there is room: no suite asks whether the disk has really written. */
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
