/** An error answer as a value: what a dialect renders and this room sends. */
import type { Response } from 'express';

export interface ErrorAnswer {
  readonly status: number;
  readonly body: unknown;
  readonly headers?: Readonly<Record<string, string>>;
}

/** Renders any error in a dialect's own form; `path` is the one requested, without the query. */
export type ErrorRenderer = (error: unknown, path: string) => ErrorAnswer;

/** Sends it, unless an answer is under way already: then the connection is cut, so that nobody takes half for whole. */
export function sendError(response: Response, { status, body, headers = {} }: ErrorAnswer): void {
  if (response.headersSent) {
    response.destroy();
    return;
  }
  response.status(status).set(headers).json(body);
}
