/** Sends calls to the API, with the cookie of the session and what writes need. */
import { addressOf, type Call } from './call.ts';
import { Problem, problemOf } from './problem.ts';

/** Told about answers that concern the whole console. */
export interface ClientEvents {
  /** The caller is not signed in any more. */
  unauthenticated(): void;
  /** The server or its database cannot be reached. */
  passing(problem: Problem): void;
  answered(): void;
}

const NOBODY: ClientEvents = {
  unauthenticated: () => undefined,
  passing: () => undefined,
  answered: () => undefined,
};

let events = NOBODY;
let csrfToken: string | null = null;

export function listenToClient(listener: ClientEvents): void {
  events = listener;
}

/** From `GET /me`; it is only kept in memory. */
export function setCsrfToken(token: string | null): void {
  csrfToken = token;
}

export interface SendOptions {
  /** So that a repetition does not create a second one. */
  readonly idempotencyKey?: string;
  readonly signal?: AbortSignal;
}

/** @throws Problem */
export async function send<T>(call: Call, options: SendOptions = {}): Promise<T> {
  const response = await respond(call, options);
  if (response.status === 204) return undefined as T;
  return (await response.json()) as T;
}

/** The answer as a file to keep. @throws Problem */
export async function sendForFile(call: Call): Promise<Blob> {
  return (await respond(call, {})).blob();
}

async function respond(call: Call, { idempotencyKey, signal }: SendOptions): Promise<Response> {
  const headers: Record<string, string> = { Accept: 'application/json, application/problem+json' };
  if (call.body) headers['Content-Type'] = 'application/json';
  if (call.method !== 'GET' && csrfToken !== null) headers['Latchkey-CSRF'] = csrfToken;
  if (idempotencyKey !== undefined) headers['Idempotency-Key'] = idempotencyKey;
  const body = call.body ? JSON.stringify(call.body) : null;
  const response = await fetch(addressOf(call), {
    method: call.method,
    headers,
    body,
    cache: 'no-store',
    credentials: 'same-origin',
    signal: signal ?? null,
  }).catch((error: unknown) => {
    if (signal?.aborted) throw error;
    throw reported(new Problem(0));
  });
  if (response.ok) {
    events.answered();
    return response;
  }
  throw reported(await problemOf(response));
}

function reported(problem: Problem): Problem {
  if (problem.isPassing) events.passing(problem);
  else events.answered();
  if (problem.status === 401) events.unauthenticated();
  return problem;
}
