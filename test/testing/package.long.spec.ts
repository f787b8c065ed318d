/** What the built package promises of servers for tests: how soon they answer, what they leave, and the command. */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
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

const TRIAL = `
import http from 'node:http';
import { startLatchkey } from '${path.join(ROOT, 'dist/testing.js')}';
const status = (url) => new Promise((resolve) => http.get(url, (answer) => { answer.resume(); answer.on('end', () => resolve(answer.statusCode)); }));
const round = async () => {
  const began = performance.now();
  const latchkey = await startLatchkey();
  const answer = await status(latchkey.baseUrl + '/verify');
  return { latchkey, answer, elapsed: performance.now() - began };
};
const first = await round();
const resets = [];
for (let count = 0; count < 20; count += 1) {
  const began = performance.now();
  await first.latchkey.reset();
  resets.push(performance.now() - began);
}
await first.latchkey.stop();
const heap = () => { gc(); gc(); return process.memoryUsage().heapUsed; };
const times = [];
let heapBefore = 0;
for (let count = 0; count < 100; count += 1) {
  const { latchkey, elapsed } = await round();
  await latchkey.stop();
  times.push(elapsed);
  if (count === 24) heapBefore = heap();
}
await new Promise((resolve) => setTimeout(resolve, 200));
const median = (all) => all.sort((a, b) => a - b)[all.length >> 1];
console.log(JSON.stringify({
  answer: first.answer, first: first.elapsed, reset: median(resets), early: median(times.slice(0, 25)), late: median(times.slice(-25)),
  grown: heap() - heapBefore, left: process.getActiveResourcesInfo().filter((name) => !/Pipe|TTY/.test(name)),
}));`;

describe('servers for tests', () => {
  it('answer soon, go back at once, and a hundred of them leave nothing', () => {
    const file = path.join(folder, 'trial.mjs');
    writeFileSync(file, TRIAL);
    const printed = execFileSync(process.execPath, ['--expose-gc', file], { cwd: folder, encoding: 'utf8' });
    const found = JSON.parse(printed) as Record<'answer' | 'first' | 'reset' | 'early' | 'late' | 'grown', number> & {
      left: string[];
    };
    expect(found.answer).toBe(401);
    // 300 ms on a machine that does nothing else.
    expect(found.first).toBeLessThan(1500);
    expect(found.reset).toBeLessThan(10);
    expect(found.late).toBeLessThan(found.early * 2);
    expect(found.grown).toBeLessThan(15_000_000);
    expect(found.left).toEqual([]);
    expect(readdirSync(folder)).toEqual(['trial.mjs']);
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
