/** `?subscribe`: the query parameter that turns a plain answer into a stream (contract §4.1). */
import { ApiQuery } from '@nestjs/swagger';
import type { Request } from 'express';
import { queryText } from '../../../http/index.js';

/** Every other value, none included, asks for a stream. */
const OFF = [undefined, 'false', '0'];

/** Whether the request asks for a stream; HEAD never gets one. */
export function asksForStream(request: Request): boolean {
  return request.method === 'GET' && !OFF.includes(queryText(request, 'subscribe'));
}

/** Documents the parameter. */
export function Subscribable(): MethodDecorator {
  return ApiQuery({
    name: 'subscribe',
    required: false,
    allowEmptyValue: true,
    schema: { type: 'boolean' },
    description:
      'Keeps the answer open: its first line is the plain answer, and each further line what has changed, in the same ' +
      'form and with all members. What is gone comes once more, with `"state":"deleted"`. Empty lines keep the ' +
      'connection alive. It ends when the caller’s token or rights do.',
  });
}
