/** An error response as a value: what a dialect renders and this room sends. */
import { HttpException } from '@nestjs/common';
import type { Response } from 'express';
import type { DomainError } from '../../core/index.js';

export interface ErrorResponse {
  readonly status: number;
  readonly body: unknown;
  readonly headers?: Readonly<Record<string, string>>;
}

/** Renders any error in a dialect's own form; `path` is the one requested, without the query. */
export type ErrorRenderer = (error: unknown, path: string) => ErrorResponse;

/** Sends it, unless an answer is under way already: then the connection is cut, so that nobody takes half for whole. */
export function sendError(response: Response, { status, body, headers = {} }: ErrorResponse): void {
  if (response.headersSent) {
    response.destroy();
    return;
  }
  response.status(status).set(headers).json(body);
}

/** The header of errors that pass: whole seconds to wait. */
export function retryAfter({ retryAfterSeconds = 1 }: DomainError): Record<string, string> {
  return { 'Retry-After': String(retryAfterSeconds) };
}

/** The 4xx of a refusal by Express or Nest themselves, such as an address that cannot be decoded. */
export function clientErrorStatus(error: unknown): number | undefined {
  const status = error instanceof HttpException ? error.getStatus() : (error as { status?: unknown } | null)?.status;
  return typeof status === 'number' && status >= 400 && status < 500 ? status : undefined;
}
