/** Uses Latchkey in each host of the mount trial: nothing that the host puts around all routes changes its answers. */
import assert from 'node:assert/strict';
import { ask, versioned } from './mount-requests.js';

export interface MountedHost {
  readonly url: string;
  readonly token?: string;
  readonly account?: string;
}

interface Envelope {
  readonly success: boolean;
  readonly errors: readonly { readonly code: number }[];
  readonly result: Record<'client_id' | 'client_secret', string>;
}

/** Where the routes of the shop begin, and those of Latchkey below `/tokens`. */
const PREFIXES: Readonly<Record<string, { readonly own: string; readonly robots: string }>> = {
  open: { own: '', robots: '/robots' },
  prefixed: { own: '/api', robots: '/api/v1/robots' },
  header: { own: '', robots: '/robots' },
  fastify: { own: '/api', robots: '/api/v1/robots' },
};

export async function tryRoutes(name: string, host: MountedHost): Promise<void> {
  const { own, robots } = PREFIXES[name] ?? { own: '', robots: '' };
  const origin = host.url;
  const headers = { Authorization: `Bearer ${host.token ?? ''}` };
  const status = async (path: string, sent = {}): Promise<number> =>
    (await ask(origin, versioned('2', { path, headers: sent }))).status;
  assert.equal(await status(robots), 401, `${name}: a guarded route without a token`);
  assert.equal(await status(robots, headers), 200, `${name}: a guarded route with a token`);
  if (name === 'fastify') return;
  const tokens = `${own}/tokens/v4/accounts/${host.account ?? ''}/access/service_tokens`;
  // Longer than the host's parsers take, and with a member that its pipe refuses.
  const body = JSON.stringify({
    name: 'a robot with a name that is longer than the bodies of the shop',
    colour: 'red',
  });
  const made = await ask(origin, { method: 'POST', path: tokens, headers, body });
  assert.equal(made.status, 201, `${name}: ${made.body}`);
  const { result } = JSON.parse(made.body) as Envelope;
  const pair = { 'CF-Access-Client-Id': result.client_id, 'CF-Access-Client-Secret': result.client_secret };
  assert.equal(await status(robots, pair), 200, `${name}: a guarded route with a service token`);
  assert.equal(await status(`${own}/tokens/verify`, pair), 200, `${name}: /verify`);
  assert.equal(await status(`${own}/tokens/verify`), 401, `${name}: /verify without a token`);
  await tryErrors(name, origin, `${own}/tokens`, headers);
}

/** In the form of each API, with the host's status where the host refuses. */
async function tryErrors(name: string, origin: string, base: string, headers: Record<string, string>): Promise<void> {
  const unknown = await ask(origin, { path: `${base}/v4/nothing`, headers });
  assert.deepEqual([unknown.status, (JSON.parse(unknown.body) as Envelope).success], [404, false], name);
  const login = await ask(origin, { method: 'POST', path: `${base}/canvus/users/login`, body: '{' });
  assert.deepEqual([login.status, Object.keys(JSON.parse(login.body) as object)], [400, ['msg']], name);
  if (name === 'open') return;
  for (const wanted of ['401', '429']) {
    const path = `${base}/v4/accounts`;
    const refused = await ask(origin, { path, headers: { ...headers, 'X-Refuse': wanted } });
    assert.equal(refused.status, Number(wanted), `${name}: a refusal of the host's guard`);
    assert.equal(refused.headers['retry-after'], '7', `${name}: its Retry-After`);
    assert.equal((JSON.parse(refused.body) as Envelope).success, false, `${name}: the form of the API`);
  }
}
