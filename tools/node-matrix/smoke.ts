/** What a server has to do on every version of Node: its first start, the printed commands, `/verify`, a clean end. */
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import path from 'node:path';
import { promisify } from 'node:util';
import { Program } from '../../test/support/program.js';
import { READY_LINE } from '../../test/support/ready-line.js';

const run = promisify(execFile);

const START_TIMEOUT_MS = 180_000;
const STOP_TIMEOUT_MS = 15_000;

/** What is looked at in the answers of the dialects. */
interface Answer {
  readonly result?: { readonly client_id: string; readonly client_secret: string };
  readonly status?: { readonly code: string };
  readonly plain_token?: string;
  readonly user?: { readonly email: string };
}

/** Pastes a printed command into a shell. */
async function paste(command: string): Promise<Answer> {
  const { stdout } = await run('sh', ['-c', `${command} --silent --show-error --max-time 60`]);
  return JSON.parse(stdout) as Answer;
}

async function verify(origin: string, headers: Record<string, string>): Promise<number> {
  const { status } = await fetch(`${origin}/verify`, { headers, signal: AbortSignal.timeout(60_000) });
  return status;
}

async function use(origin: string, commands: readonly string[]): Promise<void> {
  const [service = '', login = '', personal = '', me = ''] = commands;
  const { result } = await paste(service);
  assert.ok(result, 'Cloudflare: no service token');
  assert.equal((await paste(login)).status?.code, 'OK', 'CRM: no login');
  assert.match((await paste(personal)).plain_token ?? '', /^[\w-]{43}$/, 'Canvus: no access token');
  assert.match((await paste(me)).user?.email ?? '', /@/, 'Latchkey: no user');
  const { client_id: id, client_secret: secret } = result;
  const credential = (text: string) => ({ 'CF-Access-Client-Id': id, 'CF-Access-Client-Secret': text });
  assert.equal(await verify(origin, credential(secret)), 200, 'the service token is accepted');
  assert.equal(await verify(origin, credential(`${secret}x`)), 401, 'a wrong secret is refused');
}

async function within<T>(patienceMs: number, what: string, outcome: Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => {
      reject(new Error(`${what} took longer than ${String(patienceMs)} ms`));
    }, patienceMs);
  });
  try {
    return await Promise.race([outcome, late]);
  } finally {
    clearTimeout(timer);
  }
}

/**
 * @param program - the Node to run
 * @param folder - with the built server in `dist`
 */
export async function smokeTest(program: string, folder: string): Promise<void> {
  const env = { PORT: '0', DATABASE_URL: `sqlite:${path.join(folder, 'data/latchkey.sqlite')}`, LOG_LEVEL: 'warn' };
  const server = new Program(program, { args: [path.join(folder, 'dist/main.js')], cwd: folder, env });
  try {
    await server.until(() => READY_LINE.test(server.stdout), START_TIMEOUT_MS);
    const commands = [...server.stdout.matchAll(/^ {2}(curl .*)$/gm)].map(([, command = '']) => command);
    assert.equal(commands.length, 4, 'a command for each dialect is printed');
    await use(READY_LINE.exec(server.stdout)?.[1] ?? '', commands);
    const exit = await within(STOP_TIMEOUT_MS, 'the end after SIGTERM', server.stop());
    assert.deepEqual(exit, { code: 0, signal: null }, 'the end after SIGTERM');
    assert.equal(server.stderr, '', 'nothing is logged');
  } catch (error) {
    throw new Error(`${server.stdout}\n${server.stderr}`, { cause: error });
  } finally {
    server.kill('SIGKILL');
  }
}
