/** Answers errors of `GET /metrics`. */
import { Catch, HttpException, type ArgumentsHost, type ExceptionFilter } from '@nestjs/common';
import type { Response } from 'express';
import { DomainError } from '../../core/index.js';
import { retryAfter, sendError, type ErrorResponse } from '../../http/index.js';

@Catch()
export class MetricsErrors implements ExceptionFilter {
  catch(error: unknown, host: ArgumentsHost): void {
    sendError(host.switchToHttp().getResponse<Response>(), rendered(error));
  }
}

function rendered(error: unknown): ErrorResponse {
  if (error instanceof HttpException) {
    const status = error.getStatus();
    const headers: Record<string, string> = status === 401 ? { 'WWW-Authenticate': 'Bearer realm="latchkey"' } : {};
    return { status, body: { msg: error.message }, headers };
  }
  if (error instanceof DomainError && error.code === 'unavailable') {
    return { status: 503, body: { msg: error.message }, headers: retryAfter(error) };
  }
  return { status: 500, body: { msg: 'internal error; the server log has the details' }, unexpected: error };
}
