/** What the built package promises of servers for tests: how soon they answer, what they leave, and the command. */
import { execFileSync, spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, describe, expect, it } from '@jest/globals';
import { ROOT, blocks } from '../docs/pages.js';
import { Program } from '../support/program.js';

const folder = mkdtempSync(path.join(tmpdir(), 'latchkey-testing-'));
afterAll(() => {
  rmSync(folder, { recursive: true });
});

const MAIN = path.join(ROOT, 'dist/main.js');
const PAGE = 'docs/testing.md';

const TESTING = path.join(ROOT, 'dist/testing.js');

/** Times are processor time of the process, which other work on the machine changes little. */
const SHARED = `
import http from 'node:http';
import { readdirSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { startLatchkey } from '${TESTING}';
const status = (url) => new Promise((resolve) => http.get(url, { agent: false }, (answer) => { answer.resume(); answer.on('end', () => resolve(answer.statusCode)); }));
const spent = async (work) => {
  const before = process.cpuUsage();
  const result = await work();
  const { user, system } = process.cpuUsage(before);
  return [(user + system) / 1000, result];
};
const started = async () => {
  const latchkey = await startLatchkey();
  return { latchkey, answer: await status(latchkey.baseUrl + '/verify') };
};`;

const FIRST = `${SHARED}
const { user, system } = process.cpuUsage();
const load = (user + system) / 1000;
const [first, { latchkey, answer }] = await spent(started);
const resets = [];
for (let count = 0; count < 20; count += 1) resets.push((await spent(() => latchkey.reset()))[0]);
await latchkey.stop();
console.log(JSON.stringify({ answer, load, first, reset: resets.sort((a, b) => a - b)[10] }));`;

const HUNDRED = `${SHARED}
const files = () => readdirSync('/proc/self/fd').length;
const listeners = () => process.eventNames().map((name) => [String(name), process.listenerCount(name)]);
const round = async () => {
  const { latchkey } = await started();
  await latchkey.stop();
};
const memory = () => { gc(); gc(); return process.memoryUsage(); };
const left = () => ({ files: files(), listeners: listeners(), folder: readdirSync('.'), temporary: readdirSync(tmpdir()) });
const median = (all) => all.sort((a, b) => a - b)[all.length >> 1];
// What is loaded and compiled once.
await round();
const before = left();
const times = [];
let earlier = memory();
for (let count = 0; count < 100; count += 1) {
  times.push((await spent(round))[0]);
  if (count === 24) earlier = memory();
}
await new Promise((resolve) => setTimeout(resolve, 200));
const later = memory();
console.log(JSON.stringify({
  early: median(times.slice(0, 10)), late: median(times.slice(-10)), heap: later.heapUsed - earlier.heapUsed, rss: later.rss - earlier.rss,
  before, after: left(), running: process.getActiveResourcesInfo().filter((name) => !/Pipe|TTY/.test(name)),
}));`;

/** Runs a program in the folder, with a temporary folder of its own. */
function measured<T>(program: string): T {
  const file = path.join(folder, 'trial.mjs');
  const temporary = path.join(folder, 'tmp');
  mkdirSync(temporary, { recursive: true });
  writeFileSync(file, program);
  const options = { cwd: folder, encoding: 'utf8', env: { ...process.env, TMPDIR: temporary } } as const;
  return JSON.parse(execFileSync(process.execPath, ['--expose-gc', file], options)) as T;
}

/** Which files are loaded when a server starts: \`load\` is told of each. */
const LATE = `
import { register } from 'node:module';
const hook = "export const load = async (url, context, next) => { process._rawDebug(url); return next(url, context); }";
register('data:text/javascript,' + encodeURIComponent(hook), import.meta.url);
const { startLatchkey } = await import('${TESTING}');
process._rawDebug('imported');
await (await startLatchkey()).stop();`;

describe('servers for tests', () => {
  it('answer soon, and go back at once', () => {
    const runs = Array.from({ length: 5 }, () =>
      measured<Record<'answer' | 'load' | 'first' | 'reset', number>>(FIRST),
    );
    const least = (name: 'load' | 'first' | 'reset'): number => Math.min(...runs.map((run) => run[name]));
    expect(runs.map(({ answer }) => answer)).toEqual(runs.map(() => 401));
    // 300 ms by the clock on a machine that does nothing else, with what the threads of Node do meanwhile. On a slow
    // machine all that is loaded before, Nest and TypeORM among it, takes longer as well: a start is a quarter of that.
    expect(least('first')).toBeLessThan(Math.max(320, least('load') / 3));
    expect(least('reset')).toBeLessThan(10);
  }, 120_000);

  it('load nothing when they start', () => {
    const { stderr } = spawnSync(process.execPath, ['--input-type=module', '--eval', LATE], { encoding: 'utf8' });
    const [before = '', after = 'not started'] = stderr.split('imported\n');
    expect(before).toContain('dist/testing.js');
    expect(after.split('\n').filter((url) => url.includes('/dist/'))).toEqual([]);
  });

  it('begin with what the migrations leave', () => {
    const program = `
      import { readFileSync } from 'node:fs';
      import { prepareSchema } from '${path.join(ROOT, 'dist/persistence/index.js')}';
      import { SCHEMA } from '${path.join(ROOT, 'dist/schema.js')}';
      const built = JSON.parse(readFileSync('${path.join(ROOT, 'dist/prepared-schema.json')}', 'utf8'));
      console.log(JSON.stringify([built, await prepareSchema(SCHEMA)]));`;
    const [built, migrated] = measured<[{ sql: string }, unknown]>(program);
    expect(built).toEqual(migrated);
    expect(built.sql).toContain('latchkey_token');
  });

  it('leave nothing after a hundred of them, and are as fast as before', () => {
    interface Left {
      readonly files: number;
      readonly listeners: unknown;
      readonly folder: string[];
      readonly temporary: string[];
    }
    type Found = Record<'early' | 'late' | 'heap' | 'rss', number> & { before: Left; after: Left; running: string[] };
    const found = measured<Found>(HUNDRED);
    expect({ ...found.after, files: 0 }).toEqual({ ...found.before, files: 0 });
    expect(found.after.files).toBeLessThanOrEqual(found.before.files);
    expect(found.after.temporary).toEqual([]);
    expect(found.running).toEqual([]);
    expect(found.late).toBeLessThan(found.early * 1.3);
    expect(found.heap).toBeLessThan(15_000_000);
    expect(found.rss).toBeLessThan(60_000_000);
  }, 180_000);

  it('run the program of the page', () => {
    const [program = ''] = blocks(PAGE, 'ts');
    const file = path.join(folder, 'page.test.mjs');
    writeFileSync(file, program.replace(`'latchkey/testing'`, `'${path.join(ROOT, 'dist/testing.js')}'`));
    const printed = execFileSync(process.execPath, ['--test', file], { cwd: folder, encoding: 'utf8' });
    expect(printed).toMatch(/pass 2\b[^]*fail 0\b/);
  });

  it('are served by the command, with the seed of the page', async () => {
    const [seed = ''] = blocks(PAGE, 'json');
    const file = path.join(folder, 'seed.json');
    writeFileSync(file, seed);
    const program = new Program(process.execPath, { args: [MAIN, 'dev', '--seed', file, '--port', '0', '--json'] });
    await program.until(() => program.stdout.endsWith('}\n'), 30_000);
    const shown = JSON.parse(program.stdout) as { base_url: string; tokens: { headers: Record<string, string> }[] };
    const verify = async (): Promise<number> => {
      const [{ headers } = { headers: {} }] = shown.tokens;
      return (await fetch(`${shown.base_url}/verify?kind=service_token`, { headers })).status;
    };
    expect(await verify()).toBe(200);
    await fetch(`${shown.base_url}/_latchkey/clock`, { method: 'POST', body: '{"advance":"31d"}' });
    expect(await verify()).toBe(401);
    await fetch(`${shown.base_url}/_latchkey/reset`, { method: 'POST' });
    expect(await verify()).toBe(200);
    program.kill('SIGTERM');
    expect(await program.exited).toEqual({ code: 0, signal: null });
    expect([program.stderr, program.stdout.trim().endsWith('}')]).toEqual(['', true]);
  });

  it('are refused by the command with what is wrong', () => {
    const file = path.join(folder, 'wrong.json');
    writeFileSync(file, '{"user": []}');
    const run = (): string =>
      execFileSync(process.execPath, [MAIN, 'dev', '--seed', file, '--port', '0'], { encoding: 'utf8', stdio: 'pipe' });
    expect(run).toThrow(/user: is not known here/);
  });
});
