/** A disk that is really full, with the database and the log on it: a small file system in memory, where one can be mounted. */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { describe, expect, it } from '@jest/globals';
import { closeLater } from '../support/closing.js';
import { freePort } from '../support/free-port.js';
import { send } from '../support/http.js';
import { Program } from '../support/program.js';
import { ADMIN } from '../support/test-server.js';

const ROOT = path.resolve(import.meta.dirname, '../..');
const headers = { 'Private-Token': ADMIN.token };

/** A mount in a name space of its own, which ends with its process. Its files are seen through `/proc`. */
const mayMount = spawnSync('unshare', ['-m', 'true']).status === 0;

const status = (baseUrl: string, method: string, url: string, body?: string): Promise<number> =>
  send(baseUrl, method, url, { headers, ...(body !== undefined && { body }) }).then(
    (reply) => reply.status,
    () => 0,
  );

(mayMount || process.env.CI ? describe : describe.skip)('a full disk with the log on it', () => {
  if (!mayMount) {
    it('can be tried here', () => {
      throw new Error('"unshare -m true" fails: run the tests as root, in a container with the capability SYS_ADMIN');
    });
    return;
  }

  it('ends no server and keeps none from starting; what was acknowledged is there', async () => {
    const folder = mkdtempSync(path.join(tmpdir(), 'latchkey-full-'));
    closeLater(() => {
      rmSync(folder, { recursive: true, force: true });
    });
    const port = await freePort();
    const baseUrl = `http://127.0.0.1:${String(port)}`;
    const script = `
      mount -t tmpfs -o size=6m tmpfs ${folder} || exit 9
      serve() { "$NODE" dist/main.js >>${folder}/out 2>>${folder}/log & server=$!; }
      trap 'kill -TERM $server; wait $server; echo stopped $?; serve' USR1
      trap 'kill -TERM $server; wait $server; exit' TERM
      serve
      while true; do sleep 0.1; done`;
    const env = { NODE: process.execPath, PORT: String(port), BCRYPT_COST: '4', ADMIN_TOKEN: ADMIN.token };
    const shell = new Program('unshare', {
      args: ['-m', 'sh', '-c', script],
      cwd: ROOT,
      env: { ...env, DATABASE_URL: `sqlite:${folder}/test.sqlite` },
      lastSignal: 'SIGTERM',
    });
    const ready = async (): Promise<boolean> => (await status(baseUrl, 'GET', '/health/ready')) === 200;
    const alive = async (): Promise<boolean> => (await status(baseUrl, 'GET', '/health/live')) === 200;
    const until = async (isTrue: () => Promise<boolean>): Promise<void> => {
      for (let tries = 0; !(await isTrue()); tries += 1) {
        if (tries > 300) throw new Error('did not happen in time');
        await delay(100);
      }
    };
    await until(ready);
    const inside = `/proc/${String(shell.pid)}/root${folder}`;
    const create = (): Promise<number> =>
      status(baseUrl, 'POST', '/api/v1/users/1000/access-tokens', JSON.stringify({ description: 'x'.repeat(900) }));
    spawnSync('dd', ['if=/dev/zero', `of=${inside}/filler`, 'bs=1k']);
    let created = 0;
    let refused = 0;
    for (let count = 0; count < 400; count += 1) {
      const outcome = await create();
      expect([200, 503]).toContain(outcome);
      if (outcome === 200) created += 1;
      else refused += 1;
    }
    expect(refused).toBeGreaterThan(100);
    expect(await alive()).toBe(true);
    shell.kill('SIGUSR1');
    await shell.until(() => shell.stdout.includes('stopped 0'), 20_000);
    await until(alive);
    await until(() => status(baseUrl, 'GET', '/api/v1/users').then((found) => found === 200));
    rmSync(`${inside}/filler`);
    await until(ready);
    expect(await create()).toBe(200);
    const list = await send(baseUrl, 'GET', '/api/v1/users/1000/access-tokens', { headers });
    // The first one is the administrator's own.
    expect(list.json<unknown[]>()).toHaveLength(created + 2);
    expect(readFileSync(`${inside}/log`, 'utf8')).toContain('the disk of the database is full (SQLITE_FULL');
  });
});
