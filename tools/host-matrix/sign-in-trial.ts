/** Uses a built host whose own sign-in opens the administration: nobody gets in without it, or from pages of others. */
import assert from 'node:assert/strict';
import { freePort } from '../../test/support/free-port.js';
import { Program } from '../../test/support/program.js';
import { listening, type Headers } from './trial.js';

async function call(address: string, headers: Headers, body?: object): Promise<{ status: number; body: unknown }> {
  const sent = body === undefined ? {} : { method: 'POST', body: JSON.stringify(body) };
  const type: Headers = body === undefined ? {} : { 'Content-Type': 'application/json' };
  const reply = await fetch(address, {
    headers: { ...headers, ...type },
    ...sent,
    signal: AbortSignal.timeout(20_000),
  });
  return { status: reply.status, body: await reply.json().catch(() => undefined) };
}

async function logIn(origin: string, email: string): Promise<string> {
  const reply = await fetch(`${origin}/login?next=/admin/console`, {
    method: 'POST',
    headers: { 'Content-Type': 'application/x-www-form-urlencoded' },
    body: new URLSearchParams({ email }),
    redirect: 'manual',
  });
  assert.equal(reply.headers.get('location'), '/admin/console', 'the login of the host');
  return reply.headers.get('set-cookie')?.split(';')[0] ?? '';
}

async function use(origin: string): Promise<void> {
  const api = `${origin}/admin/api`;
  assert.equal((await fetch(`${origin}/admin/console`)).status, 200, 'the console');
  assert.equal((await call(`${api}/me`, {})).status, 401, 'nobody');
  const [anna, ben] = [await logIn(origin, 'anna@shop.example'), await logIn(origin, 'ben@shop.example')];
  const me = await call(`${api}/me`, { Cookie: anna });
  const { user, via, csrf_token: csrf } = me.body as { user: object; via: string; csrf_token: string };
  assert.deepEqual([user, via], [{ ...user, email: 'anna@shop.example', role: 'administrator' }, 'host'], 'Anna');
  assert.equal((await call(`${api}/server`, { Cookie: ben })).status, 403, 'somebody without the right');
  const token = { kind: 'personal_token', name: 'laptop' };
  const forged = { Cookie: anna, 'Latchkey-CSRF': csrf, 'Sec-Fetch-Site': 'cross-site' };
  assert.equal((await call(`${api}/tokens`, forged, token)).status, 403, 'a page of another site');
  assert.equal((await call(`${api}/tokens`, { Cookie: anna }, token)).status, 403, 'a write without the token');
  const made = await call(`${api}/tokens`, { Cookie: anna, 'Latchkey-CSRF': csrf }, token);
  assert.equal(made.status, 201, 'a write of the console');
  await fetch(`${origin}/logout`, { headers: { Cookie: anna } });
  assert.equal((await call(`${api}/me`, { Cookie: anna })).status, 401, 'after the host has signed out');
}

/** @param folder - of a host that has been built, with an empty database */
export async function trySignIn(folder: string): Promise<void> {
  const port = await freePort();
  const env = { PORT: String(port), NO_COLOR: '1' };
  const host = new Program(process.execPath, { args: ['dist/main.js'], cwd: folder, env });
  const origin = `http://127.0.0.1:${String(port)}`;
  try {
    await listening(origin);
    await use(origin);
    assert.deepEqual(await host.stop(), { code: null, signal: 'SIGTERM' }, 'the end after SIGTERM');
  } catch (error) {
    throw new Error(`${host.stdout}\n${host.stderr}`, { cause: error });
  } finally {
    host.kill('SIGKILL');
  }
}
