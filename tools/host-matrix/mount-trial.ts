/**
 * Starts the hosts of `mounts/` in an application twice, with Latchkey and without, and compares: every answer of the
 * host's own routes, and how it begins and ends.
 */
import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { Program, type ProgramOptions } from '../../test/support/program.js';
import { REQUESTS, RAW, ask, askRaw, type Answer } from './mount-requests.js';
import { tryRoutes, type MountedHost } from './mount-routes.js';

const SOURCES = path.join(import.meta.dirname, 'mounts');
const START_TIMEOUT_MS = 60_000;
const MOUNTED = /^mounted (.+)$/m;

/** What the hosts of the trial need in addition, by the major version of Nest. */
export const mountPackages = (nest: 11 | 12): string[] => [
  ...['platform-fastify', 'platform-ws', 'websockets'].map((name) => `@nestjs/${name}@${String(nest)}`),
  'class-transformer',
  'class-validator',
  'helmet',
];

/** Before the application is built. */
export function copyMounts(folder: string): void {
  const target = path.join(folder, 'src/mounts');
  mkdirSync(target);
  for (const name of readdirSync(SOURCES)) {
    const code = readFileSync(path.join(SOURCES, name), 'utf8');
    writeFileSync(path.join(target, name), code.replaceAll("'../../../src/index.js'", "'latchkey'"));
  }
}

/** @param databases - two empty ones on PostgreSQL */
export async function tryMounts(folder: string, databases: readonly [string, string]): Promise<void> {
  const without = new Program(process.execPath, programOf(folder, databases[0], {}));
  const own = new Program(process.execPath, programOf(folder, databases[1], { MOUNT_WITH_LATCHKEY: 'yes' }));
  try {
    const [hosts, ownHosts] = await Promise.all([mounted(without), mounted(own)]);
    for (const name of Object.keys(REQUESTS)) await compare(name, originOf(hosts, name), originOf(ownHosts, name));
    for (const [name, host] of Object.entries(ownHosts)) await tryRoutes(name, host);
    await compareEnds(without, own);
  } catch (error) {
    throw new Error([without, own].map(({ stdout, stderr }) => `${stdout}\n${stderr}`).join('\n'), { cause: error });
  } finally {
    for (const program of [without, own]) program.kill('SIGKILL');
  }
}

function programOf(folder: string, postgres: string, env: Record<string, string>): ProgramOptions {
  const files = mkdtempSync(path.join(folder, 'mounts-'));
  const shown = { NO_COLOR: '1', MOUNT_FOLDER: files, MOUNT_POSTGRES: postgres };
  return { args: ['dist/mounts/main.js'], cwd: folder, env: { ...shown, ...env } };
}

type Hosts = Readonly<Record<string, MountedHost>>;

async function mounted(program: Program): Promise<Hosts> {
  await program.until(() => MOUNTED.test(program.stdout), START_TIMEOUT_MS);
  const [, hosts = '{}'] = MOUNTED.exec(program.stdout) ?? [];
  return JSON.parse(hosts) as Hosts;
}

function originOf(hosts: Hosts, name: string): string {
  return hosts[name]?.url ?? '';
}

/** Of the requests to each host; the others are refused, or found nowhere. */
const LEAST_SERVED = 15;

/** @param origins - of the host without Latchkey, and with it */
async function compare(name: string, ...origins: string[]): Promise<void> {
  let served = 0;
  for (const asked of REQUESTS[name] ?? []) {
    const [expected, found] = await Promise.all(origins.map(async (origin) => at(origin, await ask(origin, asked))));
    assert.deepEqual(found, expected, `${name}: the answer to ${JSON.stringify(asked)}, with Latchkey`);
    if (expected && expected.status < 300) served += 1;
  }
  assert.ok(served >= LEAST_SERVED, `${name}: only ${String(served)} requests reach a route of the host`);
  const raw = await Promise.all(
    RAW.map((bytes) => Promise.all(origins.map(async (origin) => withoutOrigin(origin, await askRaw(origin, bytes))))),
  );
  raw.forEach(([expected, found], index) => {
    assert.equal(found, expected, `${name}: the answer to ${JSON.stringify(RAW[index])}, with Latchkey`);
  });
}

/** The two are the same but for their ports. */
function at(origin: string, answer: Answer): Answer {
  return JSON.parse(withoutOrigin(origin, JSON.stringify(answer))) as Answer;
}

function withoutOrigin(origin: string, text: string): string {
  return text.replaceAll(new URL(origin).host, 'shop');
}

/** By Nest: its level, and the message without the time. */
const LOGGED = /^\[Nest\].*?((?:WARN|ERROR) .+)$/gm;

async function compareEnds(...programs: Program[]): Promise<void> {
  const [expected, found] = await Promise.all(
    programs.map(async (program) => {
      const exit = await program.stop();
      const events = program.stdout.split('\n').filter((line) => line.startsWith('event '));
      const logged = [...program.stderr.matchAll(LOGGED)].map(([, message]) => message);
      return { exit, events: events.sort(), logged };
    }),
  );
  assert.deepEqual(found, expected, 'how the host begins and ends, with Latchkey');
  assert.ok(
    expected?.events.some((line) => line.endsWith('shutdown by SIGTERM')),
    'the host tells its end',
  );
}
