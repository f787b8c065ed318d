/**
 * Installs the packed package into applications as the command line of Nest makes them, builds and uses them, on SQLite
 * and on PostgreSQL. Needs a build. The table of docs/embedding.md says what is tried here.
 */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { DataSource } from 'typeorm';
import { Semaphore } from '../../src/core/concurrency/semaphore.js';
import { PostgresServer, UNSAFE_AND_FAST } from '../../test/support/start-postgres.js';
import { tryFastify } from './fastify-trial.js';
import { HOSTS, type HostKind } from './hosts.js';
import { bundle, makeHost } from './make-host.js';
import { tryMounts } from './mount-trial.js';
import { checkPackage } from './package-checks.js';
import { trySignIn } from './sign-in-trial.js';
import { moveToPostgres, tryHost, tryOneCopy } from './trial.js';

const ROOT = path.resolve(import.meta.dirname, '../..');

function pack(folder: string): string {
  const words = ['pack', '--ignore-scripts', '--silent', '--pack-destination', folder];
  execFileSync('npm', words, { cwd: ROOT });
  const name = readdirSync(folder).find((file) => file.endsWith('.tgz'));
  if (name === undefined) throw new Error('npm pack made no tarball');
  return path.join(folder, name);
}

/** An empty database of its own. */
async function newDatabase(server: PostgresServer, name: string): Promise<string> {
  const database = name.replaceAll('-', '_');
  const connection = await new DataSource({ type: 'postgres', url: server.url }).initialize();
  await connection.query(`CREATE DATABASE ${database}`);
  await connection.destroy();
  return server.url.replace(/\/postgres$/, `/${database}`);
}

async function tryKind(kind: HostKind, made: Promise<string>, server: PostgresServer): Promise<boolean> {
  const start = performance.now();
  try {
    const folder = await made;
    await tryOneCopy(folder, kind);
    if (kind.fastify) await tryFastify(folder);
    else await tryOnBothEngines(folder, await newDatabase(server, kind.name), kind.signsIn ? trySignIn : tryHost);
    if (kind.mounts)
      await tryMounts(folder, [
        await newDatabase(server, `${kind.name}-without`),
        await newDatabase(server, `${kind.name}-with`),
      ]);
    if (kind.bundled) {
      await bundle(folder);
      await tryHost(folder);
    }
    const seconds = Math.round((performance.now() - start) / 1000);
    process.stdout.write(`${kind.name}: installs, builds, guards, issues and stops (${String(seconds)} s)\n`);
    return true;
  } catch (error) {
    process.stderr.write(`${kind.name}: ${describe(error)}\n`);
    return false;
  }
}

async function tryOnBothEngines(folder: string, url: string, use: (folder: string) => Promise<void>): Promise<void> {
  await use(folder);
  moveToPostgres(folder, url);
  await use(folder);
}

function describe(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const { stdout = '', stderr = '' } = error as { stdout?: string; stderr?: string };
  return [error.message, stdout, stderr, ...(error.cause === undefined ? [] : [describe(error.cause)])].join('\n');
}

const named = process.argv.slice(2);
const parent = mkdtempSync(path.join(tmpdir(), 'latchkey-hosts-'));
const server = await PostgresServer.start(UNSAFE_AND_FAST);
try {
  const tarball = pack(parent);
  await checkPackage(tarball);
  process.stdout.write('publint and attw find nothing\n');
  const kinds = HOSTS.filter(({ name }) => named.length === 0 || named.includes(name));
  // While one is tried, the next ones are made, one after the other.
  const turns = new Semaphore({ concurrent: 1 });
  const hosts = kinds.map((kind) => {
    const made = turns.run(() => makeHost(kind, parent, tarball));
    // A failure is reported when it is the host's turn.
    made.catch(() => undefined);
    return { kind, made };
  });
  for (const { kind, made } of hosts) if (!(await tryKind(kind, made, server))) process.exitCode = 1;
} finally {
  await server.remove();
  rmSync(parent, { recursive: true, force: true });
}
