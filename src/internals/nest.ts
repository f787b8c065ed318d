/** Undocumented parts of Nest: where its decorators store the method, path and guards of a route, and its logger. */
import 'reflect-metadata';
import { Get, Logger, RequestMethod, UseGuards, type LoggerService } from '@nestjs/common';
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

interface LoggerState {
  staticInstanceRef?: LoggerService | undefined;
  logLevels?: unknown;
}

let others = 0;
let before: LoggerState = {};

/**
 * Runs work during which Nest logs nothing or elsewhere, and then puts the logger of the process back: an application of
 * Nest that is created replaces it for all others.
 * @throws InternalsError, and what the work throws
 */
export async function withOwnLogger<T>(work: () => Promise<T>): Promise<T> {
  const state = Logger as unknown as LoggerState;
  if (!('staticInstanceRef' in state)) throw new InternalsError('@nestjs/common', 'Logger.staticInstanceRef');
  if (others === 0) before = { staticInstanceRef: state.staticInstanceRef, logLevels: state.logLevels };
  others += 1;
  Logger.overrideLogger(false);
  try {
    return await work();
  } finally {
    others -= 1;
    if (others === 0) Object.assign(state, before);
  }
}
