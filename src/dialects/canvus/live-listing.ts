/** Reads the users and access tokens of another server over its API (docs/contracts/canvus.md §2.3, §3.3). */
import { setTimeout as delay } from 'node:timers/promises';
import { InvalidRow, rowMembers, type Secret } from '../../core/index.js';
import { isGuest } from './listing.js';

/** How long one answer may take. */
const ANSWER_MS = 60_000;

/** How often a call is made before it is given up: clients of this API do the same (docs/contracts/canvus.md §5). */
const ATTEMPTS = 4;

/** Before the second attempt; each further one waits twice as long. */
const FIRST_DELAY_MS = 250;

/**
 * The users of a server by id, each with their tokens as `access_tokens`: one call for all users and one for each. The
 * built-in guest is left out.
 * @param base - without the path of the API
 * @param token - of an administrator there
 * @param after - users up to this id are left out
 * @throws InvalidRow for an answer that is none of such a server
 */
export async function* readLiveListing(base: URL, token: Secret, after: number): AsyncGenerator<object, void> {
  const users = (await get(base, 'users', token)).map((user) => rowMembers(user)).filter((user) => !isGuest(user));
  const idOf = ({ id }: (typeof users)[number]): number => Number(id);
  for (const user of users.filter((one) => idOf(one) > after).sort((one, other) => idOf(one) - idOf(other))) {
    const tokens = await get(base, `users/${String(idOf(user))}/access-tokens`, token);
    yield { ...user, access_tokens: tokens };
  }
}

async function get(base: URL, route: string, token: Secret): Promise<unknown[]> {
  const url = new URL(`${base.pathname.replace(/\/$/, '')}/api/v1/${route}`, base);
  const answer = await answerOf(url, token);
  if (answer.status === 401) throw new InvalidRow('the token is not accepted there');
  if (answer.status === 403) throw new InvalidRow('the token is not that of an administrator there');
  if (!answer.ok) throw new InvalidRow(`${url.pathname} answers with the status ${String(answer.status)}`);
  const value: unknown = await answer.json().catch(() => undefined);
  if (!Array.isArray(value)) throw new InvalidRow(`${url.pathname} does not answer with a JSON array`);
  return value as unknown[];
}

async function answerOf(url: URL, token: Secret): Promise<Response> {
  for (let attempt = 1; ; attempt += 1) {
    const isLast = attempt === ATTEMPTS;
    try {
      const headers = { 'Private-Token': token.reveal() };
      const answer = await fetch(url, { headers, redirect: 'error', signal: AbortSignal.timeout(ANSWER_MS) });
      if (isLast || (answer.status !== 429 && answer.status < 500)) return answer;
      await answer.body?.cancel();
    } catch (error) {
      if (isLast) throw new InvalidRow(`${url.host} cannot be reached (${reasonOf(error)})`);
    }
    await delay(FIRST_DELAY_MS * 2 ** (attempt - 1));
  }
}

function reasonOf(error: unknown): string {
  const { cause, message } = error as Error & { cause?: NodeJS.ErrnoException };
  return cause?.code ?? cause?.message ?? message;
}
