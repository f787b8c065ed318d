/** The command as a process: what it costs, how it ends, and how it asks for a password on a terminal. */
import { execFileSync, spawn, spawnSync } from 'node:child_process';
import path from 'node:path';
import { beforeAll, describe, expect, it } from '@jest/globals';
import { createSqlite, type TestDatabase } from '../support/engines.js';
import { startProcess } from '../support/process.js';

const MAIN = path.resolve(import.meta.dirname, '../../dist/main.js');
const RUNS = 20;

/** Seconds of CPU of several runs. */
function cost(words: string): number {
  const loop = `for run in $(seq ${String(RUNS)}); do '${process.execPath}' ${words} >/dev/null; done; times`;
  const times = execFileSync('bash', ['-c', loop], { encoding: 'utf8' }).trim().split('\n').at(-1) ?? '';
  return [...times.matchAll(/(\d+)m([\d.]+)s/g)].reduce((sum, [, minutes, seconds]) => {
    return sum + 60 * Number(minutes) + Number(seconds);
  }, 0);
}

it('shows its help at less than twice the cost of Node itself', () => {
  // Another process may take the processor's caches meanwhile: the best of three.
  const ratios = [1, 2, 3].map(() => cost(`'${MAIN}' --help`) / cost('-e 0'));
  expect(Math.min(...ratios)).toBeLessThan(2);
});

describe('on a database', () => {
  let database: TestDatabase;

  beforeAll(async () => {
    database = createSqlite();
    const server = await startProcess({ DATABASE_URL: database.url });
    await server.stop();
  });

  const environment = (): Record<string, string> => {
    return { PATH: process.env.PATH ?? '', HOME: '/nowhere', DATABASE_URL: database.url, BCRYPT_COST: '4' };
  };

  const run = (command: string): { status: number | null; stdout: string; stderr: string } =>
    spawnSync('bash', ['--norc', '-c', command.replaceAll('latchkey', `'${process.execPath}' '${MAIN}'`)], {
      encoding: 'utf8',
      env: environment(),
    });

  it('ends with the documented exit codes', () => {
    expect(run('latchkey user list').status).toBe(0);
    expect(run('latchkey admin unlock nobody@example.com').status).toBe(1);
    expect(run('PORT=x latchkey start').status).toBe(1);
    expect(run('latchkey usr list')).toMatchObject({ status: 2, stdout: '' });
    expect(run('latchkey user list --database postgres://me:word@db/x').status).toBe(2);
    expect(run('latchkey user list --database sqlite:/nowhere/x').status).toBe(3);
  });

  it('ends quietly when nobody reads on', () => {
    expect(run('set -o pipefail; latchkey --help | true')).toMatchObject({ status: 0, stderr: '' });
  });

  /** Types each answer when the question before it has been asked. @returns what stood on the terminal */
  const typed = (answers: readonly string[]): Promise<string> =>
    new Promise((resolve) => {
      const command = `'${process.execPath}' '${MAIN}' admin reset-password`;
      const terminal = spawn('script', ['-qec', command, '/dev/null'], { env: environment() });
      const left = [...answers];
      let text = '';
      terminal.stdout.setEncoding('utf8').on('data', (part: string) => {
        text += part;
        const asked = text.match(/: (?=\r?\n|$)/g)?.length ?? 0;
        if (asked > answers.length - left.length) terminal.stdin.write(`${left.shift() ?? ''}\n`);
      });
      terminal.once('close', () => {
        resolve(text);
      });
    });

  it('asks for a password on a terminal, twice and without echo', async () => {
    const done = await typed(['the typed password', 'the typed password']);
    expect(done).toContain('New password (empty to have one made): ');
    expect(done).toContain('The password of admin@example.com is set.');
    expect(done).not.toContain('the typed password');
    expect(await typed(['the typed password', 'another password'])).toContain('the two passwords differ');
    expect(await typed([''])).toMatch(/The password is not shown again:\s+[\w-]{24}\s/);
  });
});
