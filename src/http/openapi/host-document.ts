/** Leaves the routes of Latchkey out of the OpenAPI document of a host, which describes the host's own API. */
import { ModulesContainer } from '@nestjs/core';
import { DialectMount } from '../mount/dialect-mount.js';
import { isBelow } from '../mount/routing.js';

/** What is used of an application. */
interface Application {
  get(token: typeof ModulesContainer): ModulesContainer;
}

/** What is used of a document. */
interface Document {
  readonly paths: Readonly<Record<string, unknown>>;
  readonly components?: object;
}

/**
 * The document without the routes of the dialects and of the data plane, and without the schemas that only these need.
 * Call it after the global prefix is set.
 * @param document - from `SwaggerModule.createDocument`
 */
export function withoutLatchkey<T extends object>(document: T, app: object): T {
  const { paths, components } = document as T & Document;
  const prefixes = prefixesOf(app as Application);
  const kept = Object.entries(paths).filter(([path]) => !prefixes.some((prefix) => isBelow(path, prefix)));
  const own = Object.fromEntries(kept);
  return { ...document, paths: own, ...(components !== undefined && { components: neededBy(own, components) }) };
}

function prefixesOf(app: Application): string[] {
  const modules = [...app.get(ModulesContainer).values()];
  const mounts = modules.map(({ providers }) => providers.get(DialectMount)?.instance as DialectMount | undefined);
  return mounts.flatMap((mount) => mount?.path ?? []);
}

const REFERENCE = /"#\/components\/schemas\/([^"]+)"/g;

/** The components with the schemas that paths refer to, directly or by other schemas. */
function neededBy(paths: object, components: object): object {
  const { schemas } = components as { readonly schemas?: Readonly<Record<string, unknown>> };
  if (!schemas) return components;
  const needed = new Set<string>();
  const waiting: unknown[] = [paths];
  while (waiting.length > 0) {
    for (const [, name = ''] of JSON.stringify(waiting.pop()).matchAll(REFERENCE)) {
      if (needed.has(name) || !(name in schemas)) continue;
      needed.add(name);
      waiting.push(schemas[name]);
    }
  }
  return { ...components, schemas: Object.fromEntries(Object.entries(schemas).filter(([name]) => needed.has(name))) };
}
