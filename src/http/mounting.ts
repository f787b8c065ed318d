/** Mounting a dialect's module: at a prefix, on top of the module that provides core and identity. */
import type { DynamicModule, ModuleMetadata } from '@nestjs/common';
import { RouterModule, type ApplicationConfig, type HttpAdapterHost } from '@nestjs/core';

/** What every dialect's `forRoot` takes beside its options. */
export interface DialectExtras {
  /** Prefix of all routes, after the host's global prefix. */
  path?: string;
  /** The module that provides core and identity. */
  imports?: NonNullable<ModuleMetadata['imports']>;
}

/** Injection token, within a dialect's module, of the prefix it is mounted at. */
export const DIALECT_PATH = Symbol('latchkey:dialect-path');

/** For `ConfigurableModuleBuilder.setExtras`. */
export function mountedAt(defaultPath: string): (definition: DynamicModule, extras: DialectExtras) => DynamicModule {
  return (definition, { path = defaultPath, imports = [] }) => ({
    ...definition,
    imports: [...(definition.imports ?? []), ...imports, RouterModule.register([{ path, module: definition.module }])],
    providers: [...(definition.providers ?? []), { provide: DIALECT_PATH, useValue: path }],
  });
}

/** The whole prefix, with a slash before it and none after it: known when the application initialises, not before. */
export function mountPath(config: ApplicationConfig, path: string): string {
  return joinedPath(config.getGlobalPrefix(), path);
}

/** One path of several parts, which may have slashes around them or not. */
export function joinedPath(...parts: readonly string[]): string {
  const segments = parts
    .join('/')
    .split('/')
    .filter((segment) => segment !== '');
  return segments.map((segment) => `/${segment}`).join('');
}

/** Two modules of one application want the same addresses. */
export class PathClash extends Error {}

const MOUNTS = new WeakMap<HttpAdapterHost, Map<string, string>>();

/**
 * Takes a prefix for one module of an application.
 * @param name - of the module, for people
 * @throws PathClash when another has it, or one above or below it
 */
export function claimPath(host: HttpAdapterHost, path: string, name: string): void {
  const claimed = MOUNTS.get(host) ?? new Map<string, string>();
  MOUNTS.set(host, claimed);
  const wanted = `${path}/`;
  for (const [other, owner] of claimed) {
    if (wanted.startsWith(other) || other.startsWith(wanted)) {
      throw new PathClash(
        `${name} is to be served at ${path}, and ${owner} at ${other.slice(0, -1)}: ` +
          'give one of them another `path` in its forRoot',
      );
    }
  }
  claimed.set(wanted, name);
}
