/** Signs people in by OpenID Connect as a browser does, without a browser. */
import type { Reply } from '../../support/http.js';
import type { TestProvider } from '../../support/openid-provider.js';
import type { TestServer } from '../../support/test-server.js';
import { ask } from './support.js';

/** A sign-in that was begun. */
export interface Departure {
  /** Where the browser is sent. */
  readonly address: string;
  /** What it keeps. */
  readonly cookie: string;
}

/** What has come of a sign-in. */
export interface Arrival {
  readonly reply: Reply;
  /** Where the browser goes on, as the server says it. */
  readonly location: string;
  /** Why nobody was signed in; `null` if somebody was. */
  readonly reason: string | null;
  /** Headers of requests of whoever has signed in; without a cookie if nobody has. */
  readonly headers: Record<string, string>;
}

type Server = Pick<TestServer, 'baseUrl'>;

export async function begin(server: Server, returnTo = '', headers: Record<string, string> = {}): Promise<Departure> {
  const query = new URLSearchParams({ return_to: returnTo }).toString();
  const reply = await ask(server, 'GET', `/session/openid?${query}`, { headers });
  return { address: reply.headers.location ?? '', cookie: cookieIn(reply, 'latchkey_openid') };
}

/** @param search - with which the provider has sent the browser back */
export async function comeBack(server: Server, search: string, cookie: string): Promise<Arrival> {
  const headers: Record<string, string> = cookie === '' ? {} : { Cookie: cookie };
  const reply = await ask(server, 'GET', `/session/openid/callback${search}`, { headers });
  return arrivalOf(reply);
}

export function arrivalOf(reply: Reply): Arrival {
  const { location = '' } = reply.headers;
  const reason = new URL(location, 'http://x/').searchParams.get('sign_in_error');
  const login = cookieIn(reply, 'latchkey_console');
  return { reply, location, reason, headers: login === '' ? {} : { Cookie: login } };
}

/** All of it. @param who - subject at the provider, or `null` for somebody who cancels */
export async function signIn(
  server: Server,
  provider: Pick<TestProvider, 'visit'>,
  who: string | null,
  returnTo = '',
): Promise<Arrival> {
  const { address, cookie } = await begin(server, returnTo);
  const { search } = await provider.visit(address, who);
  return comeBack(server, search, cookie);
}

/** `name=value` of a cookie that an answer sets, whatever its prefix; empty if it sets none. */
function cookieIn({ headers }: Reply, name: string): string {
  const pairs = (headers['set-cookie'] ?? []).map((cookie) => cookie.split(';', 1)[0] ?? '');
  return pairs.find((pair) => pair.replace(/^__Host-/, '').startsWith(`${name}=`) && !pair.endsWith('=')) ?? '';
}
