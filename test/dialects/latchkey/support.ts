/** Calls of Latchkey's own API. */
import { expect } from '@jest/globals';
import { send, type Reply } from '../../support/http.js';
import { ADMIN, type TestServer } from '../../support/test-server.js';

export const BASE = '/latchkey/v1';

export const AS_ADMIN = { Authorization: `Bearer ${ADMIN.token}` };

export interface Call {
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: unknown;
}

/** By the administrator of the server, unless headers say otherwise. */
export function ask(
  { baseUrl }: Pick<TestServer, 'baseUrl'>,
  method: string,
  path: string,
  { headers = AS_ADMIN, body }: Call = {},
): Promise<Reply> {
  const sent = body === undefined ? {} : { body: JSON.stringify(body) };
  const type = body === undefined ? {} : { 'Content-Type': 'application/json' };
  return send(baseUrl, method, `${BASE}${path}`, { headers: { ...type, ...headers }, ...sent });
}

/** Everything in a list, page by page. @param get - asks for a page; an empty `cursor` is that of the first, else `&cursor=…` */
export async function everyPage<T>(get: (cursor: string) => Promise<Reply>): Promise<T[]> {
  const found: T[] = [];
  for (let cursor: string | null = ''; cursor !== null;) {
    const reply = await get(cursor);
    expect([reply.status, reply.text]).toEqual([200, expect.any(String)]);
    const { items, next_cursor: next } = reply.json<{ items: T[]; next_cursor: string | null }>();
    found.push(...items);
    cursor = next === null ? null : `&cursor=${next}`;
  }
  return found;
}

export const bearer = (token: string): Record<string, string> => ({ Authorization: `Bearer ${token}` });

export interface ProblemBody {
  readonly type: string;
  readonly title: string;
  readonly status: number;
  readonly detail: string;
  readonly instance: string;
  readonly request_id: string;
  readonly errors?: readonly { pointer?: string; parameter?: string; detail: string }[];
  readonly retry_after?: number;
}

/** The type of a problem without its prefix, and what it says. */
export function problemOf(reply: Reply): [type: string, status: number, detail: string] {
  const { type, detail } = reply.json<ProblemBody>();
  return [type.replace(/^.*#/, ''), reply.status, detail];
}

/** The parameter or the member that a problem is about. */
export function faultOf(reply: Reply): string | undefined {
  const [fault] = reply.json<ProblemBody>().errors ?? [];
  return fault?.parameter ?? fault?.pointer;
}

/** A login of the console, as a browser holds it. */
export interface ConsoleLogin {
  readonly cookie: string;
  readonly csrf: string;
  /** For reads. */
  readonly headers: Record<string, string>;
  /** For writes. */
  readonly writing: Record<string, string>;
}

export function consoleLoginOf(reply: Reply): ConsoleLogin {
  const [cookie = ''] = reply.headers['set-cookie']?.[0]?.split(';') ?? [];
  const { csrf_token: csrf } = reply.json<{ csrf_token: string }>();
  const headers = { Cookie: cookie };
  return { cookie, csrf, headers, writing: { ...headers, 'Latchkey-CSRF': csrf } };
}

export async function logIn(
  server: Pick<TestServer, 'baseUrl'>,
  body: object = { email: ADMIN.email, password: ADMIN.password },
): Promise<ConsoleLogin> {
  return consoleLoginOf(await ask(server, 'POST', '/session', { headers: {}, body }));
}
