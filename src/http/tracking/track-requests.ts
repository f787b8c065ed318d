/** Gives each request an id, tells where it comes from, and publishes its start and end. */
import { randomFillSync } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { createParamDecorator, type ExecutionContext } from '@nestjs/common';
import type { Request, Response } from 'express';
import { tracing, type Actor, type Origin } from '../../core/index.js';
import { addressOf } from '../input/caller-address.js';
import {
  denialChannel,
  requestChannel,
  requestStartChannel,
  routedRequestChannel,
  type RequestMessage,
} from './channels.js';
import { RequestSpan, type TraceParent } from './request-span.js';

/** The header for the id of a request, in requests and answers. */
export const REQUEST_ID_HEADER = 'X-Request-Id';

const LOWER_CASE = REQUEST_ID_HEADER.toLowerCase();

/** Safe in logs, tables and headers without escaping. */
const USABLE = /^[A-Za-z0-9._-]{1,128}$/;

/** Hex characters of 16 random bytes, like a W3C trace id. */
const ID_LENGTH = 32;

/** Random bytes for 256 ids, which take hardly longer to generate than those for one. */
const bytes = Buffer.alloc((ID_LENGTH / 2) * 256);
let drawn = '';
let used = 0;

/** A unique id of 32 hex characters. */
export function newRequestId(): string {
  if (used === drawn.length) {
    drawn = randomFillSync(bytes).toString('hex');
    used = 0;
  }
  used += ID_LENGTH;
  return drawn.slice(used - ID_LENGTH, used);
}

/** Whether a given id can be used: 1 to 128 letters, digits, dots, underscores and hyphens. */
export function isUsableId(id: unknown): id is string {
  return typeof id === 'string' && USABLE.test(id);
}

/** The first header of a name in lower case, or `null`. @param rawHeaders - names and values in turn */
export function headerIn(rawHeaders: readonly string[], wanted: string): string | null {
  for (let at = 0; at < rawHeaders.length; at += 2) {
    const name = rawHeaders[at] ?? '';
    if (name.length === wanted.length && name.toLowerCase() === wanted) return rawHeaders[at + 1] ?? null;
  }
  return null;
}

/** Neither version `ff` nor ids of zeros are valid. */
const TRACE_PARENT = /^(?!ff)[0-9a-f]{2}-(?!0{32})([0-9a-f]{32})-(?!0{16})([0-9a-f]{16})-([0-9a-f]{2})(?:-.*)?$/;

/** `undefined` without a valid header. @param rawHeaders - names and values in turn */
export function traceParentIn(rawHeaders: readonly string[]): TraceParent | undefined {
  const header = headerIn(rawHeaders, 'traceparent');
  if (header === null) return undefined;
  const [, traceId, spanId, flags] = TRACE_PARENT.exec(header) ?? [];
  if (traceId === undefined || spanId === undefined || flags === undefined) return undefined;
  return { traceId, spanId, traceFlags: Number.parseInt(flags, 16) & 1 };
}

/**
 * The id in the headers of a request, or the id of its trace, or a new one if there is none, more than one, or one that cannot be used.
 * @param rawHeaders - names and values in turn, as `IncomingMessage.rawHeaders` has them
 */
export function requestIdIn(rawHeaders: readonly string[]): string {
  let found: string | undefined;
  for (let at = 0; at < rawHeaders.length; at += 2) {
    const name = rawHeaders[at] ?? '';
    if (name.length !== LOWER_CASE.length || name.toLowerCase() !== LOWER_CASE) continue;
    if (found !== undefined) return newRequestId();
    found = rawHeaders[at + 1];
  }
  if (found === undefined) return traceParentIn(rawHeaders)?.traceId ?? newRequestId();
  return isUsableId(found) ? found : newRequestId();
}

/** A request in progress. */
interface TrackedRequest {
  readonly requestId: string;
  readonly method: string;
  dialect: string | null;
  /** Whether it was refused because a limit was reached, which the log has as a warning. */
  isOverloaded?: boolean;
}

const TRACKED = Symbol('latchkey.tracked');

/** A property, not an entry of a `WeakMap`: entries that live shortly make each garbage collection slower. */
interface Tracked {
  [TRACKED]?: TrackedRequest;
}

/** The id of a tracked request, or `null`. */
export function requestIdOf(request: object): string | null {
  return (request as Tracked)[TRACKED]?.requestId ?? null;
}

/** Notes that a request was refused because a limit was reached. */
export function markOverloaded(request: object): void {
  const tracked = (request as Tracked)[TRACKED];
  if (tracked) tracked.isOverloaded = true;
}

/** Whether a request was refused because a limit was reached. */
export function isOverloaded(request: object): boolean {
  return (request as Tracked)[TRACKED]?.isOverloaded ?? false;
}

/**
 * Middleware that gives the request an id, in its answer as well. A request may pass it twice: before everything else,
 * and before the routes of a dialect.
 * @param dialect - the dialect of the request, if known
 */
export function trackRequests(
  dialect: string | null,
): (request: Request, response: Response, next: () => void) => void {
  return (request, response, next) => {
    const known = (request as Tracked)[TRACKED];
    if (known) {
      known.dialect ??= dialect;
      next();
      return;
    }
    const tracked = track(request, response, dialect);
    if (requestChannel.hasSubscribers || routedRequestChannel.hasSubscribers) publishAtEnd(request, response, tracked);
    const handle = requestStartChannel.hasSubscribers
      ? () => {
          requestStartChannel.runStores(tracked, next);
        }
      : next;
    if (tracing.isOn) withSpan(request, response, tracked, handle);
    else handle();
  };
}

/** Gives the request an id if it has none. */
export function track(request: IncomingMessage, response: ServerResponse, dialect: string | null): TrackedRequest {
  const known = (request as Tracked)[TRACKED];
  if (known) return known;
  const tracked = { requestId: requestId(request, response), method: request.method ?? '', dialect };
  (request as Tracked)[TRACKED] = tracked;
  if (!response.headersSent) response.setHeader(REQUEST_ID_HEADER, tracked.requestId);
  return tracked;
}

/** A host may already have chosen an id: in a header of the response, or in `request.id` for its log. */
function requestId(request: IncomingMessage & { id?: unknown }, response: ServerResponse): string {
  const told = response.getHeader(REQUEST_ID_HEADER);
  if (isUsableId(told)) return told;
  const id = typeof request.id === 'number' ? String(request.id) : request.id;
  return isUsableId(id) ? id : requestIdIn(request.rawHeaders);
}

function withSpan(request: Request, response: Response, tracked: TrackedRequest, handle: () => void): void {
  const span = RequestSpan.of(request, tracked, traceParentIn(request.rawHeaders));
  if (!span) {
    handle();
    return;
  }
  response.once('close', () => {
    const { dialect } = tracked;
    span.end({ dialect, route: routeOf(request), status: response.statusCode, aborted: !response.writableFinished });
  });
  span.run(handle);
}

function publishAtEnd(request: Request, response: ServerResponse, tracked: TrackedRequest): void {
  const began = performance.now();
  response.once('close', () => {
    // Written out: a spread makes each further property of the literal cost as much as a look-up in a table.
    const { requestId, method, dialect } = tracked;
    const message: RequestMessage = {
      requestId,
      method,
      dialect,
      route: routeOf(request),
      status: response.statusCode,
      aborted: !response.writableFinished,
      durationMs: performance.now() - began,
    };
    routedRequestChannel.publish(message);
    requestChannel.publish(message);
  });
}

/** The pattern of the matched route with its prefix, or `null`. */
export function routeOf(request: Request): string | null {
  const { path } = (request.route as { path?: string } | undefined) ?? {};
  return path ?? null;
}

/** The network address of the client, by the configured trust in proxies, the id of the request, and the user agent. */
export function originOf(request: Request): Origin {
  return {
    address: addressOf(request),
    requestId: requestIdOf(request),
    userAgent: request.headers['user-agent'] ?? null,
  };
}

/** Parameter decorator for the {@link Origin} of the request, for logins. */
export const RequestOrigin = createParamDecorator((_: unknown, context: ExecutionContext) =>
  originOf(context.switchToHttp().getRequest<Request>()),
);

/** Publishes that a known caller may not do this. @returns the error, to be thrown */
export function denied<E extends Error>(error: E, request: Request, permission: string, actor: Actor): E {
  if (denialChannel.hasSubscribers) {
    const { dialect = null, method = request.method } = (request as Tracked)[TRACKED] ?? {};
    const { userId, tokenId, address, requestId = null } = actor;
    const route = routeOf(request);
    denialChannel.publish({ dialect, method, route, permission, userId, tokenId, address, requestId });
  }
  return error;
}
