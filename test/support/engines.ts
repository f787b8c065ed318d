/** Runs suites on both engines, each with a database of its own. */
import { randomUUID } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { describe } from '@jest/globals';
import pg from 'pg';
import type { Engine } from '../../src/persistence/index.js';
import { closeLater, type Close } from './closing.js';

/** Both; the one that TEST_ENGINE names, which a group sets before it imports a suite that is meant for one. */
export function engines(): Engine[] {
  return (['sqlite', 'postgres'] as const).filter((engine) => (process.env.TEST_ENGINE ?? engine) === engine);
}

/** The same suite, on SQLite and on PostgreSQL. See docs/decisions/0080 for what `npm test` runs on one of them. */
export function onBothEngines(name: string, suite: (engine: Engine) => void): void {
  describe.each(engines())(`${name} (%s)`, suite);
}

export interface TestDatabase {
  readonly url: string;
  /** Of its file, or on its server. */
  readonly name: string;
  /** Where its files are; SQLite only. */
  readonly folder: string | null;
  readonly drop: Close;
}

/** An empty one, which is dropped when the test or the file ends. */
export async function createDatabase(engine: Engine): Promise<TestDatabase> {
  return engine === 'sqlite' ? createSqlite() : createPostgres();
}

export function createSqlite(): TestDatabase {
  return droppedLater(newSqlite());
}

/** @param template - the name of a database to copy, instead of an empty one */
export async function createPostgres(template?: string): Promise<TestDatabase> {
  return droppedLater(await newPostgres(template));
}

/** An empty one, which stays until the run ends. */
export async function createForRun(engine: Engine): Promise<TestDatabase> {
  return engine === 'sqlite' ? newSqlite() : newPostgres();
}

function droppedLater(database: TestDatabase): TestDatabase {
  return { ...database, drop: closeLater(database.drop) };
}

function newSqlite(): TestDatabase {
  const folder = mkdtempSync(path.join(process.env.TEST_FOLDER ?? tmpdir(), 'latchkey-sqlite-'));
  const name = path.join(folder, 'test.sqlite');
  const drop = (): Promise<void> => {
    rmSync(folder, { recursive: true, force: true });
    return Promise.resolve();
  };
  return { url: `sqlite:${name}`, name, folder, drop };
}

async function newPostgres(template = 'template1'): Promise<TestDatabase> {
  const name = `latchkey_${randomUUID().replaceAll('-', '')}`;
  // Files are copied faster than their pages are written to the log.
  await administer(`CREATE DATABASE ${name} TEMPLATE ${template} STRATEGY FILE_COPY`);
  const url = new URL(process.env.TEST_DATABASE_URL ?? '');
  url.pathname = `/${name}`;
  const drop = async (): Promise<void> => {
    await administer(`DROP DATABASE ${name} WITH (FORCE)`);
  };
  return { url: url.href, name, folder: null, drop };
}

/** A connection to a PostgreSQL database, which is ended when the test or the file ends. */
export async function connectTo(url: string): Promise<pg.Client> {
  const client = new pg.Client(url);
  closeLater(() => client.end());
  await client.connect();
  return client;
}

/** Runs a statement in the maintenance database of the tests' server. @returns its rows */
export async function administer(statement: string): Promise<Record<string, unknown>[]> {
  const client = new pg.Client(process.env.TEST_DATABASE_URL ?? '');
  await client.connect();
  try {
    const { rows } = await client.query<Record<string, unknown>>(statement);
    return rows;
  } finally {
    await client.end();
  }
}
