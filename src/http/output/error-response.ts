/** Error responses as values, which dialects render and {@link sendError} sends. */
import { HttpException } from '@nestjs/common';
import type { Response } from 'express';
import type { DomainError } from '../../core/index.js';

export interface ErrorResponse {
  readonly status: number;
  readonly body: unknown;
  readonly headers?: Readonly<Record<string, string>>;
}

/** Renders any error in a dialect's own form; `path` is the requested path without the query. */
export type ErrorRenderer = (error: unknown, path: string) => ErrorResponse;

/** Sends the response. If another one has begun, closes the connection so that clients see it is incomplete. */
export function sendError(response: Response, { status, body, headers = {} }: ErrorResponse): void {
  if (response.headersSent) {
    response.destroy();
    return;
  }
  response.status(status).set(headers).json(body);
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
