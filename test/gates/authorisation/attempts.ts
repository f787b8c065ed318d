/** One cell of the authorisation matrix: an operation, a caller, and a way to present their credential. */
import { send, type Reply } from '../../support/http.js';
import type { Caller } from './callers.js';
import type { Outcome } from './outcomes.js';
import { PRESENTATIONS, isAccepted, type Presentation } from './presentations.js';
import { apiOf, isFor, type Operation } from './table.js';
import type { World } from './world.js';

export interface Attempt {
  /** Method and address of the operation. */
  readonly label: string;
  readonly operation: Operation;
  /** For people, and by which callers are made. */
  readonly callerKind: string;
  readonly presentation: Presentation;
  /** Like the squares of a board in eight colours: each has every caller and every presentation, and other pairs of them at the next operation. */
  readonly eighth: number;
}

export function nameOf({ label, callerKind, presentation }: Attempt): string {
  return `${label} by ${callerKind}, ${presentation}`;
}

/** Whether the caller has permission by the table. */
export function isAdmitted(
  { label, operation: { who, servesScopes, consumers }, presentation }: Attempt,
  caller: Caller,
): boolean {
  if (who === 'anyone') return true;
  if (caller.isScoped && !servesScopes) return false;
  if (!isAccepted(apiOf(label), methodOf(label), caller.kind, presentation)) return false;
  const isConsumer = caller.kind === 'consumer login';
  if (isConsumer !== (consumers === 'only')) return isConsumer && consumers === 'too';
  return isFor(who, caller);
}

/** The outcome by the table. */
export function expectedOutcome(attempt: Attempt, caller: Caller): Outcome {
  const { label, operation, presentation } = attempt;
  if (isAdmitted(attempt, caller)) return operation.answer ?? 'done';
  const api = apiOf(label);
  if (isAccepted(api, methodOf(label), caller.kind, presentation) && caller.kind === 'consumer login')
    return operation.consumers === 'see others not' ? 'hidden' : 'not permitted';
  if (isAccepted(api, methodOf(label), caller.kind, presentation))
    return caller.isScoped && api !== 'oauth' ? 'not permitted' : (operation.refusal?.(caller) ?? 'not permitted');
  const isToldWhy = api === 'canvus' && presentation === 'in Private-Token' && caller.isUnusable;
  return isToldWhy ? 'unusable' : 'unauthenticated';
}

/** Whether it can be made again and again in the same world. */
export function isRepeatable({ label, operation }: Attempt): boolean {
  return label.startsWith('GET ') || operation.isRepeatable === true || operation.isLogin === true;
}

/** Makes the call. */
export async function answerTo(attempt: Attempt, world: World, caller: Caller): Promise<Reply> {
  const { label, operation, presentation } = attempt;
  if (operation.prepare && isAdmitted(attempt, caller)) await operation.prepare(world);
  const [method = '', address = ''] = label.split(' ');
  const presented = PRESENTATIONS[presentation](caller);
  const parameters = operation.path?.(world, caller) ?? {};
  const path = address.replaceAll(/\{(\w+)\}/g, (_, name: string) => {
    const value = parameters[name];
    if (value === undefined) throw new Error(`${label} needs ${name}`);
    return encodeURIComponent(value);
  });
  const query = new URLSearchParams({ ...operation.query?.(world, caller), ...presented.query }).toString();
  const isForm = apiOf(label) === 'oauth';
  const members = { ...presented.body, ...operation.body?.(world, caller) };
  const isBodiless = !operation.body && !presented.body;
  return send(world.server.baseUrl, method, query === '' ? path : `${path}?${query}`, {
    headers: {
      ...presented.headers,
      ...(isForm && { 'Content-Type': 'application/x-www-form-urlencoded' }),
    },
    ...(!isBodiless && { body: isForm ? new URLSearchParams(members).toString() : JSON.stringify(members) }),
  });
}

function methodOf(label: string): string {
  return label.split(' ', 1)[0] ?? '';
}

/** Runs work for each, with bounded concurrency. */
export async function eachOf<T>(items: readonly T[], atOnce: number, work: (item: T) => Promise<void>): Promise<void> {
  let next = 0;
  const worker = async (): Promise<void> => {
    for (let item = items[next++]; item !== undefined; item = items[next++]) await work(item);
  };
  await Promise.all(Array.from({ length: atOnce }, worker));
}
