/** Ten thousand commits of another process to a busy server's SQLite file, each followed by a verification. */
import path from 'node:path';
import { expect, it } from '@jest/globals';
import { Program } from '../support/program.js';
import { send } from '../support/http.js';
import { ADMIN, startServer } from '../support/test-server.js';

const COMMITS = 10_000;
const CLIENTS = 3;

const ROOT = path.resolve(import.meta.dirname, '../..');

/** Disables and enables every token in turn, asks after each commit, and prints how many answers were wrong. */
const OTHER_PROCESS = `
  import http from 'node:http';
  import Database from 'better-sqlite3';
  const [file, verifyUrl, token, commits] = process.argv.slice(1);
  const database = new Database(file, { timeout: 5000 });
  database.pragma('synchronous = OFF');
  const enable = database.prepare('UPDATE latchkey_token SET enabled = ?');
  const agent = new http.Agent({ keepAlive: true, maxSockets: 1 });
  const ask = () => new Promise((resolve, reject) => {
    http.get(verifyUrl, { agent, headers: { 'Private-Token': token } }, (response) => {
      response.resume().on('end', () => resolve(response.statusCode));
    }).on('error', reject);
  });
  const wrong = { stale: 0, refused: 0 };
  for (let round = 0; round < Number(commits); round += 1) {
    enable.run(round % 2);
    const status = await ask();
    if (round % 2 === 0 && status === 200) wrong.stale += 1;
    if (round % 2 === 1 && status !== 200) wrong.refused += 1;
  }
  console.log(JSON.stringify(wrong));
  agent.destroy();
`;

it('accepts nothing that another process has disabled before', async () => {
  const server = await startServer('sqlite');
  const words = [server.database.name, `${server.baseUrl}/verify`, ADMIN.token, String(COMMITS)];
  const args = ['--input-type=module', '-e', OTHER_PROCESS, ...words];
  const other = new Program(process.execPath, { args, cwd: ROOT });
  let isRunning = true;
  const busy = Array.from({ length: CLIENTS }, async () => {
    while (isRunning) await send(server.baseUrl, 'GET', '/verify', { headers: { 'Private-Token': ADMIN.token } });
  });
  const exit = await other.exited;
  isRunning = false;
  await Promise.all(busy);
  expect({ ...exit, stdout: other.stdout, stderr: other.stderr }).toMatchObject({
    code: 0,
    stdout: '{"stale":0,"refused":0}\n',
  });
}, 120_000);
