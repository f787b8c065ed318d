/** Undocumented parts of Nest: where its decorators store the method, path and guards of a route. */
import 'reflect-metadata';
import { Get, RequestMethod, UseGuards } from '@nestjs/common';
import { InternalsError } from './internals-error.js';

const PATH = 'path';
const METHOD = 'method';
const GUARDS = '__guards__';

/**
 * The path given to the decorator of a controller or route; `undefined` without one.
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

/** The guards given to the decorator of a controller or route: classes or instances. @throws InternalsError */
export function decoratedGuards(decorated: object): readonly unknown[] {
  checkOnce();
  return (Reflect.getMetadata(GUARDS, decorated) ?? []) as readonly unknown[];
}

let isChecked = false;

function checkOnce(): void {
  if (isChecked) return;
  const probe = (): void => undefined;
  const guard = { canActivate: () => true };
  Get('probe')({}, 'probe', { value: probe });
  UseGuards(guard)(probe);
  const [path, method, guards] = [PATH, METHOD, GUARDS].map((key): unknown => Reflect.getMetadata(key, probe));
  const isThere = path === 'probe' && method === RequestMethod.GET && Array.isArray(guards) && guards[0] === guard;
  if (!isThere) throw new InternalsError('@nestjs/common 12', 'metadata "path", "method" and "__guards__" on routes');
  isChecked = true;
}
