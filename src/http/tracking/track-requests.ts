/** Gives each request an id, and publishes its start and end. */
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Request, Response } from 'express';
import { requestChannel, requestStartChannel } from './channels.js';
import { REQUEST_ID_HEADER, isUsableId, requestIdIn } from './request-id.js';

/** A request in progress. */
interface TrackedRequest {
  readonly requestId: string;
  readonly method: string;
  dialect: string | null;
}

const TRACKED = new WeakMap<object, TrackedRequest>();

/** The id of a tracked request, or `null`. */
export function requestIdOf(request: object): string | null {
  return TRACKED.get(request)?.requestId ?? null;
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
    const known = TRACKED.get(request);
    if (known) {
      known.dialect ??= dialect;
      next();
      return;
    }
    const tracked = track(request, response, dialect);
    if (requestChannel.hasSubscribers) publishAtEnd(request, response, tracked);
    if (requestStartChannel.hasSubscribers) requestStartChannel.runStores(tracked, next);
    else next();
  };
}

/** Gives the request an id if it has none. */
export function track(request: IncomingMessage, response: ServerResponse, dialect: string | null): TrackedRequest {
  const known = TRACKED.get(request);
  if (known) return known;
  const tracked = { requestId: requestId(request, response), method: request.method ?? '', dialect };
  TRACKED.set(request, tracked);
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

function publishAtEnd(request: Request, response: ServerResponse, tracked: TrackedRequest): void {
  const began = performance.now();
  response.once('close', () => {
    requestChannel.publish({
      ...tracked,
      route: routeOf(request),
      status: response.statusCode,
      aborted: !response.writableFinished,
      durationMs: performance.now() - began,
    });
  });
}

/** The pattern of the matched route with its prefix, or `null`. */
export function routeOf(request: Request): string | null {
  const { path } = (request.route as { path?: string } | undefined) ?? {};
  return path ?? null;
}
