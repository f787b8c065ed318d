/** `?subscribe`: the query parameter that turns a plain answer into a stream (docs/contracts/canvus.md §4.1). */
import type { Request } from 'express';
import { ApiQuery } from '../../../internals/index.js';
import { queryText } from '../../../http/index.js';

/** Any other value, including an empty one, asks for a stream. */
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
      'Keeps the response open. The first line is the plain answer; each further line contains what has changed, in the ' +
      'same form and with all members. A deleted object is sent once more with `"state":"deleted"`. Empty lines keep ' +
      'the connection alive. The stream ends when the caller loses the token or access. Use `curl -N` or a similar ' +
      'client: this page shows no streams.',
  });
}
