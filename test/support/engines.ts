/** Runs suites on both engines, each with a database of its own. */
import { randomUUID } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { describe } from '@jest/globals';
import pg from 'pg';
import type { Engine } from '../../src/persistence/index.js';

export const ENGINES: Engine[] = ['sqlite', 'postgres'];

/** The same suite, on SQLite and on PostgreSQL. */
export function onBothEngines(name: string, suite: (engine: Engine) => void): void {
  describe.each(ENGINES)(`${name} (%s)`, suite);
}

export interface TestDatabase {
  readonly url: string;
  /** Where its files are; SQLite only. */
  readonly folder: string | null;
  drop(): Promise<void>;
}

export async function createDatabase(engine: Engine): Promise<TestDatabase> {
  return engine === 'sqlite' ? createSqlite() : createPostgres();
}

function createSqlite(): TestDatabase {
  const folder = mkdtempSync(path.join(tmpdir(), 'latchkey-sqlite-'));
  return {
    url: `sqlite:${path.join(folder, 'test.sqlite')}`,
    folder,
    drop: () => {
      rmSync(folder, { recursive: true, force: true });
      return Promise.resolve();
    },
  };
}

async function createPostgres(): Promise<TestDatabase> {
  const serverUrl = process.env.TEST_DATABASE_URL ?? '';
  const name = `latchkey_${randomUUID().replaceAll('-', '')}`;
  await administer(serverUrl, `CREATE DATABASE ${name}`);
  const url = new URL(serverUrl);
  url.pathname = `/${name}`;
  return { url: url.href, folder: null, drop: () => administer(serverUrl, `DROP DATABASE ${name} WITH (FORCE)`) };
}

async function administer(url: string, statement: string): Promise<void> {
  const client = new pg.Client(url);
  await client.connect();
  try {
    await client.query(statement);
  } finally {
    await client.end();
  }
}
