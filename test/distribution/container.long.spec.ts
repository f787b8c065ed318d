/** The steps of the Dockerfile without Docker: the build in a folder, and the result as another user on files of root's. */
import { execFileSync, spawnSync } from 'node:child_process';
import {
  chmodSync,
  chownSync,
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  statSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { send } from '../support/http.js';
import { freePort } from '../support/free-port.js';
import { Program } from '../support/program.js';
import { ROOT, copiedFromHere, environment, letThrough, stages, textsOf, type Stage } from './dockerfile.js';

const [build = [], last = []] = stages();

const USER = 1000;
const isRoot = process.getuid?.() === 0;

let folder: string;
let app: string;
let data: string;

/** Carries out a stage in a folder: its copies of files of the repository, and its commands, in their order. */
function carryOut(stage: Stage, home: string): void {
  for (const instruction of stage) {
    if (instruction.name === 'COPY') {
      for (const { source, target } of copiedFromHere([instruction])) copy(source, path.join(home, target), target);
    }
    if (instruction.name === 'RUN') runIn(home, instruction.text);
  }
}

function copy(source: string, to: string, target: string): void {
  const isFolder = statSync(path.join(ROOT, source)).isDirectory();
  const place = target.endsWith('/') && !isFolder ? path.join(to, path.basename(source)) : to;
  cpSync(path.join(ROOT, source), place, { recursive: true, filter: (name) => !name.endsWith('.spec.ts') });
}

function runIn(home: string, command: string): void {
  if (command.startsWith('npm ci')) {
    // What it would install is here already. npm's own list in it would be written through the link.
    execFileSync('cp', ['-al', path.join(ROOT, 'node_modules'), path.join(home, 'node_modules')]);
    rmSync(path.join(home, 'node_modules/.package-lock.json'), { force: true });
    return;
  }
  execFileSync('sh', ['-c', command.replace('npm prune', 'npm prune --offline')], { cwd: home, stdio: 'pipe' });
}

beforeAll(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'latchkey-image-'));
  chmodSync(folder, 0o755);
  const built = path.join(folder, 'build');
  mkdirSync(built);
  carryOut(build, built);
  [app, data] = [path.join(folder, 'app'), path.join(folder, 'data')];
  mkdirSync(app);
  for (const text of textsOf(last, 'COPY').filter((copied) => copied.startsWith('--from=build'))) {
    const [, source = '', target = ''] = text.split(' ');
    execFileSync('cp', ['-a', source.replace('/build', built), path.join(app, target)]);
  }
  for (const { source } of copiedFromHere(last)) cpSync(path.join(ROOT, source), path.join(app, path.basename(source)));
  mkdirSync(data, { mode: 0o700 });
  if (isRoot) chownSync(data, USER, USER);
  execFileSync('chmod', ['-R', 'a-w,a+rX', app]);
}, 600_000);
afterAll(() => {
  execFileSync('chmod', ['-R', 'u+w', folder]);
  rmSync(folder, { recursive: true, force: true });
});

/** The environment of the image, in this folder and on a free port. */
function env(port: number): Record<string, string> {
  const entries = Object.entries(environment(last)).map(([name, value]) => [name, value.replace(/^\/data/, data)]);
  return {
    ...(Object.fromEntries(entries) as Record<string, string>),
    HOST: '127.0.0.1',
    PORT: String(port),
    BCRYPT_COST: '4',
  };
}

/** As the user of the image, if this is root. */
function asUser(words: readonly string[]): readonly [string, string[]] {
  const [first = '', ...rest] = isRoot
    ? ['setpriv', `--reuid=${String(USER)}`, `--regid=${String(USER)}`, '--clear-groups', '--no-new-privs', ...words]
    : words;
  return [first, rest];
}

function check(port: number): { readonly status: number | null; readonly text: string } {
  const [file, args] = asUser([process.execPath, path.join(app, 'health-check.js')]);
  const { status, stdout, stderr } = spawnSync(file, args, {
    env: { PATH: process.env.PATH, ...env(port) },
    encoding: 'utf8',
  });
  return { status, text: stdout + stderr };
}

describe('what the Dockerfile makes', () => {
  it('was built from what .dockerignore lets through', () => {
    expect(letThrough().length).toBeGreaterThan(5);
    expect(existsSync(path.join(folder, 'build/test'))).toBe(false);
  });

  it('holds what runs, and not what builds and tests', () => {
    const has = (name: string): boolean => existsSync(path.join(app, 'node_modules', name));
    const needed = ['@nestjs/core', '@nestjs/swagger', 'typeorm', 'better-sqlite3', 'pg', 'pino', 'bcrypt'];
    expect(needed.filter((name) => !has(name))).toEqual([]);
    expect(['jest', 'typescript', '@nestjs/cli', 'latchkey-bench', 'oxlint', 'tsx'].filter(has)).toEqual([]);
  });

  it('starts as another user, who can write to its data only, and leaves no credentials in its output', async () => {
    const port = await freePort();
    expect(check(port)).toEqual({ status: 1, text: expect.stringContaining('ECONNREFUSED') });
    const [file, args] = asUser([process.execPath, path.join(app, 'dist/main.js')]);
    const server = new Program(file, { args, cwd: app, env: env(port) });
    await server.until(() => server.stdout.includes('/docs'), 60_000);
    expect(check(port)).toEqual({ status: 0, text: '{"status":"ok"}' });
    const file600 = path.join(data, 'first-credentials.json');
    expect(statSync(file600).mode & 0o777).toBe(0o600);
    const { password } = JSON.parse(readFileSync(file600, 'utf8')) as { password: string };
    expect(server.stdout + server.stderr).not.toContain(password);
    expect((await send(`http://127.0.0.1:${String(port)}`, 'GET', '/health/ready')).status).toBe(200);
    expect(existsSync(path.join(data, 'latchkey.sqlite'))).toBe(true);
    expect(await server.stop()).toEqual({ code: 0, signal: null });
    expect(check(port).status).toBe(1);
  }, 120_000);
});
