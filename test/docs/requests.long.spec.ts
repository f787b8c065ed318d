/** The requests in the README and in the page for operators work. */
import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import Cloudflare from 'cloudflare';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { send } from '../support/http.js';
import { startProcess, type ServerProcess } from '../support/process.js';
import { OPERATING_PAGE, blocks, commands } from './pages.js';

const run = promisify(execFile);

const ADMIN = { email: 'admin@example.com', password: 'correct horse battery', organisation: 'Latchkey' };
const TOKEN = 'Kq3-vT9wLx0ZbN7yRf2hUe5mJc8sGd1aPo6_iWtXBnE';
const ACCOUNT_ID = 'a'.repeat(32);

/** Exit code of `curl` when the time limit of a stream is reached. */
const TIME_IS_UP = 28;

interface Failed {
  readonly code?: number;
  readonly stdout: string;
}

const curls = ['README.md', OPERATING_PAGE].flatMap(commands).filter((line) => line.startsWith('curl '));

describe('the requests of the pages', () => {
  let server: ServerProcess;
  let home: string;
  let variables: Record<string, string>;

  beforeAll(async () => {
    const given = { ADMIN_TOKEN: TOKEN, ADMIN_PASSWORD: ADMIN.password, ACCOUNT_ID };
    server = await startProcess({ DATABASE_URL: 'sqlite::memory:', ...given });
    home = mkdtempSync(path.join(tmpdir(), 'latchkey-curl-'));
    // An error gives an exit code other than 0; streams have a time limit.
    writeFileSync(path.join(home, '.curlrc'), 'silent\nfail\nmax-time = 2\n');
    const post = async (address: string, body: unknown, headers = {}): Promise<unknown> =>
      (await send(server.baseUrl, 'POST', address, { body: JSON.stringify(body), headers })).json();
    const address = `/client/v4/accounts/${ACCOUNT_ID}/access/service_tokens`;
    const { result } = (await post(address, { name: 'Mine' }, { Authorization: `Bearer ${TOKEN}` })) as {
      result: { client_id: string; client_secret: string };
    };
    const { email: username, password, organisation } = ADMIN;
    const leaked = (await post(address, { name: 'Leaked' }, { Authorization: `Bearer ${TOKEN}` })) as {
      result: { client_secret: string };
    };
    writeFileSync(path.join(home, 'leaked.txt'), leaked.result.client_secret);
    const login = (await post('/crmapi/rest/v2/authentication/token', { username, password, organisation })) as {
      data: { token: string };
    };
    variables = { TOKEN, ACCOUNT_ID, CRM_TOKEN: login.data.token };
    Object.assign(variables, { CLIENT_ID: result.client_id, CLIENT_SECRET: result.client_secret });
  });
  afterAll(async () => {
    rmSync(home, { recursive: true });
    await server.stop();
  });

  it('are there', () => {
    expect(curls.length).toBeGreaterThanOrEqual(7);
  });

  it.each(curls)('%s', async (line) => {
    const command = line.replaceAll('http://127.0.0.1:3000', server.baseUrl);
    const env = { PATH: process.env.PATH, CURL_HOME: home, ...variables };
    const ended: Failed = await run('bash', ['-uc', command], { env, cwd: home }).catch(
      (failed: unknown) => failed as Failed,
    );
    const { code = 0, stdout } = ended;
    expect(code).toBe(line.includes('?subscribe') ? TIME_IS_UP : 0);
    expect(stdout).toMatch(/\S/);
  });

  it('and the line for the official SDK', async () => {
    const [line = ''] = blocks('README.md', 'js');
    expect(line).toContain('new Cloudflare({ apiToken: process.env.TOKEN, baseURL:');
    const client = new Cloudflare({ apiToken: TOKEN, baseURL: `${server.baseUrl}/client/v4` });
    const page = await client.zeroTrust.access.serviceTokens.list({ account_id: ACCOUNT_ID });
    expect(page.result.map(({ name }) => name)).toContain('Mine');
  });
});
