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
  /** How long the answer may take; 30 s for reads and 60 s for writes if it is left out. */
  readonly withinMs?: number;
}

const READ_MS = 30_000;
const WRITE_MS = 60_000;

/** A signal that ends with another, or when the time is up: a server that hangs keeps its connections. */
function limited(outer: AbortSignal | undefined, milliseconds: number): { signal: AbortSignal; stop: () => void } {
  const inner = new AbortController();
  const end = (): void => {
    inner.abort();
  };
  const timer = setTimeout(end, milliseconds);
  outer?.addEventListener('abort', end);
  if (outer?.aborted === true) end();
  const stop = (): void => {
    clearTimeout(timer);
    outer?.removeEventListener('abort', end);
  };
  return { signal: inner.signal, stop };
}

/** For an answer that has not come, or not as a whole: unless nobody wants it any more, the server is away. */
const whenCut =
  (outer: AbortSignal | undefined) =>
  (error: unknown): never => {
    if (outer?.aborted) throw error;
    throw reported(new Problem(0));
  };

/** @throws Problem */
export async function send<T>(call: Call, options: SendOptions = {}): Promise<T> {
  const limit = limited(options.signal, options.withinMs ?? (call.method === 'GET' ? READ_MS : WRITE_MS));
  try {
    const response = await respond(call, { ...options, signal: limit.signal }, options.signal);
    if (response.status === 204) return undefined as T;
    return (await response.json().catch(whenCut(options.signal))) as T;
  } finally {
    limit.stop();
  }
}

/** The answer as a file to keep. @throws Problem */
export async function sendForFile(call: Call): Promise<Blob> {
  return (await respond(call, {})).blob();
}

async function respond(call: Call, { idempotencyKey, signal }: SendOptions, outer?: AbortSignal): Promise<Response> {
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
  }).catch(whenCut(outer));
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
