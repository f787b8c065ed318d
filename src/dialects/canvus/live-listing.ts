/** Reads the users and access tokens of another server over its API (docs/contracts/canvus.md §2.3, §3.3). */
import { setTimeout as delay } from 'node:timers/promises';
import { InvalidRow, rowMembers, type Secret } from '../../core/index.js';
import { isGuest } from './listing.js';

/** How long one answer may take. */
const ANSWER_MS = 60_000;

/** How often a call is made before it is given up: clients of this API do about the same (docs/contracts/canvus.md §5). */
const ATTEMPTS = 5;

/** Before the second attempt, unless the server says how long; each further one waits twice as long. */
const FIRST_DELAY_MS = 250;

/** The longest that a server may have a call wait. */
const LONGEST_DELAY_MS = 60_000;

/** The same with which each call is made. */
interface Calls {
  readonly base: URL;
  readonly token: Secret;
}

/**
 * The users of a server by id, each with their tokens as `access_tokens`: one call for all users and one for each. The
 * built-in guest is left out, and so are users who are deleted there meanwhile.
 * @param base - without the path of the API
 * @param token - of an administrator there
 * @param after - users up to this id are left out
 * @throws InvalidRow for an answer that is none of such a server
 */
export async function* readLiveListing(base: URL, token: Secret, after: number): AsyncGenerator<object, void> {
  const calls = { base, token };
  const listed = listOf(await get(calls, 'users'), 'users');
  const users = listed.map((user) => rowMembers(user)).filter((user) => !isGuest(user));
  const idOf = ({ id }: (typeof users)[number]): number => Number(id);
  for (const user of users.filter((one) => idOf(one) > after).sort((one, other) => idOf(one) - idOf(other))) {
    const route = `users/${String(idOf(user))}`;
    const tokens = await get(calls, `${route}/access-tokens`);
    if (tokens !== undefined) yield { ...user, access_tokens: listOf(tokens, `${route}/access-tokens`) };
    else if ((await get(calls, route)) !== undefined) throw new InvalidRow(`${route}/access-tokens is not there`);
  }
}

function listOf(value: unknown, route: string): unknown[] {
  if (Array.isArray(value)) return value as unknown[];
  throw new InvalidRow(`${route} does not answer with a JSON array`);
}

/** What a route answers with; `undefined` if it is not there, `null` for what is no JSON. */
async function get({ base, token }: Calls, route: string): Promise<unknown> {
  const url = new URL(`${base.pathname.replace(/\/$/, '')}/api/v1/${route}`, base);
  const { status, text } = await answerOf(url, token);
  if (status === 401) throw new InvalidRow('the token is not accepted there');
  if (status === 403) throw new InvalidRow('the token is not that of an administrator there');
  if (status === 404 && route !== 'users') return undefined;
  if (status < 200 || status > 299) throw new InvalidRow(`${url.pathname} answers with the status ${String(status)}`);
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return null;
  }
}

interface Answer {
  readonly status: number;
  readonly text: string;
}

async function answerOf(url: URL, token: Secret): Promise<Answer> {
  for (let attempt = 1; ; attempt += 1) {
    const isLast = attempt === ATTEMPTS;
    let wait = FIRST_DELAY_MS * 2 ** (attempt - 1);
    try {
      const headers = { 'Private-Token': token.reveal() };
      const answer = await fetch(url, { headers, redirect: 'error', signal: AbortSignal.timeout(ANSWER_MS) });
      const { status } = answer;
      // The connection may be lost in the middle of the body.
      const text = await answer.text();
      if (isLast || (status !== 429 && status < 500)) return { status, text };
      wait = delayIn(answer.headers.get('retry-after')) ?? wait;
    } catch (error) {
      if (isLast) throw new InvalidRow(`${url.host} cannot be reached (${reasonOf(error)})`);
    }
    await delay(wait);
  }
}

/** What `Retry-After` says in seconds, in milliseconds. */
function delayIn(header: string | null): number | undefined {
  if (header === null || !/^\d{1,9}$/.test(header.trim())) return undefined;
  return Math.min(Number(header) * 1000, LONGEST_DELAY_MS);
}

function reasonOf(error: unknown): string {
  const { cause, message } = error as Error & { cause?: NodeJS.ErrnoException };
  return cause?.code ?? cause?.message ?? message;
}
