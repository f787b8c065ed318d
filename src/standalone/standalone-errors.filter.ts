/** Answers errors outside of the dialects: unknown paths, and requests that Express cannot read. */
import { Catch, type ArgumentsHost, type ExceptionFilter } from '@nestjs/common';
import type { Response } from 'express';
import { clientErrorStatus, sendError } from '../http/index.js';

/** For the standalone server. Nest's own answers would repeat the path and the query, which may contain secrets. */
@Catch()
export class StandaloneErrorFilter implements ExceptionFilter {
  catch(error: unknown, host: ArgumentsHost): void {
    const status = clientErrorStatus(error) ?? 500;
    sendError(host.switchToHttp().getResponse<Response>(), {
      status,
      body: { msg: textOf(status) },
      ...(status === 500 && { unexpected: error }),
    });
  }
}

function textOf(status: number): string {
  if (status === 404) return 'there is nothing at this path';
  return status === 500 ? 'internal error; the server log has the details' : 'the request could not be read';
}
