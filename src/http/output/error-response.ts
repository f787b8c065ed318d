/** Error responses as values, which dialects render and {@link sendError} sends. */
import { HttpException, Logger } from '@nestjs/common';
import type { Response } from 'express';
import { errorSummary, type DomainError } from '../../core/index.js';
import { markOverloaded, requestIdOf } from '../tracking/track-requests.js';
import { withoutSecrets } from './redaction.js';

/** An answer to an error, in the form of a dialect. */
export interface ErrorResponse {
  readonly status: number;
  readonly body: unknown;
  readonly headers?: Readonly<Record<string, string>>;
  /** An unexpected error; it is logged together with the id of the request. */
  readonly unexpected?: unknown;
  /** Whether the request was refused because a limit was reached, which the log has as a warning. */
  readonly overloaded?: boolean;
}

const logger = new Logger('Request');

/** Sends the response. If another one has begun, closes the connection so that clients see it is incomplete. */
export function sendError(response: Response, rendered: ErrorResponse): void {
  const { status, body, headers = {}, unexpected, overloaded = false } = rendered;
  if (overloaded) markOverloaded(response.req);
  if (unexpected !== undefined) {
    logger.error(`request ${requestIdOf(response.req) ?? 'without an id'}: ${errorSummary(unexpected)}`);
  }
  if (response.headersSent) {
    response.destroy();
    return;
  }
  response.status(status).set(headers).json(withoutSecrets(response.app, body));
}

/** The `Retry-After` header of temporary errors, in whole seconds. */
export function retryAfter({ retryAfterSeconds = 1 }: DomainError): Record<string, string> {
  return { 'Retry-After': String(retryAfterSeconds) };
}

/** The 4xx status of a refusal by Express or Nest itself, for example of a path that cannot be decoded. */
export function clientErrorStatus(error: unknown): number | undefined {
  const status = error instanceof HttpException ? error.getStatus() : (error as { status?: unknown } | null)?.status;
  return typeof status === 'number' && status >= 400 && status < 500 ? status : undefined;
}
