/** Mounts the module of a dialect at a prefix, on top of the module that provides core and identity. */
import type { DynamicModule, ModuleMetadata } from '@nestjs/common';
import { RouterModule, type ApplicationConfig, type HttpAdapterHost } from '@nestjs/core';
import { OptionsError, type SettingsTable } from '../../settings/index.js';
import { withCheckedOptions } from './checked-options.js';
import { isBelow } from './routing.js';

/** What every dialect's `forRoot` takes in addition to its options. */
export interface DialectExtras {
  /** Prefix of all routes, after the host's global prefix. */
  path?: string | undefined;
  /** The module that provides core and identity. */
  imports?: ModuleMetadata['imports'];
}

/** Injection token of the prefix of a module, within that module. */
export const DIALECT_PATH = Symbol('latchkey:dialect-path');

/**
 * Injection token that the module of core and identity provides. Those that stand on it ask for it first: what Nest says of
 * a token that is missing names it, and with it what to do (docs/decisions/0079).
 */
export const LATCHKEY = Symbol('the module that LatchkeyModule.forRoot returns, not the class: imports: [latchkey]');

/** A path without parameters. */
const PLAIN_PATH = /^[A-Za-z0-9\-._~/]*$/;

/**
 * For `ConfigurableModuleBuilder.setExtras`. Extras that are not named, even as `undefined`, would count as options.
 */
export const EXTRAS: DialectExtras = { path: undefined, imports: undefined };

/** For `ConfigurableModuleBuilder.setExtras`. The function that it returns throws `OptionsError`. */
export function mountedAt(
  defaultPath: string,
  settings: SettingsTable,
): (definition: DynamicModule, extras: DialectExtras) => DynamicModule {
  return (unchecked, { path = defaultPath, imports = [] }) => {
    const definition = withCheckedOptions(unchecked, settings);
    const all = [...(definition.imports ?? []), ...imports];
    checkExtras(definition.module.name, path, all.length);
    return {
      ...definition,
      imports: [...all, RouterModule.register([{ path, module: definition.module }])],
      providers: [...(definition.providers ?? []), { provide: DIALECT_PATH, useValue: path }],
    };
  };
}

function checkExtras(name: string, path: unknown, imports: number): void {
  if (typeof path !== 'string' || !PLAIN_PATH.test(path)) {
    throw new OptionsError(
      `${name} cannot be served at ${String(path)}: give a \`path\` without parameters, such as "/tokens"`,
    );
  }
  checkImports(name, imports);
}

/** @throws OptionsError for a module that was given nothing to stand on */
export function checkImports(name: string, imports: number): void {
  if (imports === 0) {
    throw new OptionsError(
      `${name} has nothing to stand on: keep what LatchkeyModule.forRoot returns in a constant, and give it as ` +
        `${name}.forRoot({ …, imports: [latchkey] })`,
    );
  }
}

/**
 * The whole prefix, with a leading slash and without a trailing one. It is known once the application initialises.
 * @throws MountError for a global prefix with parameters
 */
export function mountPath(config: ApplicationConfig, path: string): string {
  const own = joinedPath(path);
  const { exclude = [] } = config.getGlobalPrefixOptions();
  const isExcluded = exclude.some(({ pathRegex }) => pathRegex.test(own) || pathRegex.test(`${own}/x`));
  if (isExcluded) return own;
  const prefix = config.getGlobalPrefix();
  if (!PLAIN_PATH.test(prefix)) {
    throw new MountError(
      `Latchkey cannot be served below the global prefix ${prefix}: exclude ${own.slice(1)}/*path from it, with the option \`exclude\` ` +
        'of setGlobalPrefix, or give a prefix without parameters',
    );
  }
  return joinedPath(prefix, own);
}

/** Joins parts of a path, with or without slashes around them. */
export function joinedPath(...parts: readonly string[]): string {
  const segments = parts
    .join('/')
    .split('/')
    .filter((segment) => segment !== '');
  return segments.map((segment) => `/${segment}`).join('');
}

/** A module cannot be served in this application; the message says how to fix it. */
export class MountError extends Error {}

/** Two modules of an application want the same paths. */
export class PathClash extends MountError {}

const RESERVED = new WeakMap<HttpAdapterHost, Map<string, string>>();

/**
 * Reserves a prefix for a module of an application.
 * @param name - of the module, for messages
 * @throws PathClash if another module has it, or one above or below it
 */
export function reservePrefix(host: HttpAdapterHost, path: string, name: string): void {
  const reserved = RESERVED.get(host) ?? new Map<string, string>();
  RESERVED.set(host, reserved);
  for (const [other, owner] of reserved) {
    if (!isBelow(path, other) && !isBelow(other, path)) continue;
    throw new PathClash(
      `${name} is to be served at ${path}, and ${owner} at ${other}: give one of them another \`path\` in its forRoot`,
    );
  }
  reserved.set(path, name);
}

/** The prefix that a module of the application has reserved; `undefined` if there is none. @param name - of the module */
export function prefixOf(host: HttpAdapterHost, name: string): string | undefined {
  return [...(RESERVED.get(host) ?? [])].find(([, owner]) => owner === name)?.[0];
}
