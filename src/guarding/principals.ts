/** Keeps who was admitted with the request, where later guards, interceptors and handlers find it. */
import type { ExecutionContext } from '@nestjs/common';
import { requestIn } from './context.js';

const PRINCIPALS = new WeakMap<object, object>();

/** Also sets `request.latchkey`, for code that knows nothing of this package. */
export function keepPrincipal(request: object, principal: object): void {
  PRINCIPALS.set(request, principal);
  Object.defineProperty(request, 'latchkey', {
    value: principal,
    configurable: true,
    writable: true,
    enumerable: false,
  });
}

/** @param place - a request, or the context of a guard, an interceptor or a filter */
export function principalIn(place: object): object | undefined {
  const known = PRINCIPALS.get(place);
  if (known || !isContext(place)) return known;
  const request = requestIn(place);
  return request && PRINCIPALS.get(request);
}

function isContext(place: object): place is ExecutionContext {
  return 'switchToHttp' in place && 'getType' in place;
}
