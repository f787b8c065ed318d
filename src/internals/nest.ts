/** What is used of Nest that it does not document: where its decorators keep the method and path of a route. */
import 'reflect-metadata';
import { Get, RequestMethod } from '@nestjs/common';
import { InternalsError } from './internals-error.js';

const PATH = 'path';
const METHOD = 'method';

/**
 * The path given to the decorator of a controller or a route, `undefined` for what has none.
 * @throws InternalsError
 */
export function decoratedPath(decorated: object): string | string[] | undefined {
  checkOnce();
  return Reflect.getMetadata(PATH, decorated) as string | string[] | undefined;
}

/** The HTTP method of a route, in upper case. @throws InternalsError */
export function decoratedMethod(handler: object): string {
  checkOnce();
  return RequestMethod[Reflect.getMetadata(METHOD, handler) as RequestMethod];
}

let isChecked = false;

function checkOnce(): void {
  if (isChecked) return;
  const probe = (): void => undefined;
  Get('probe')({}, 'probe', { value: probe });
  const isThere =
    Reflect.getMetadata(PATH, probe) === 'probe' && Reflect.getMetadata(METHOD, probe) === RequestMethod.GET;
  if (!isThere) throw new InternalsError('@nestjs/common 12', 'metadata "path" and "method" on routes');
  isChecked = true;
}
