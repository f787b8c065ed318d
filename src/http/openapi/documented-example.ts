/** Builds examples for OpenAPI: bodies from the examples of their members, and those of optional parameters. */
import type { Type } from '@nestjs/common';
import { DECORATORS } from '../../internals/index.js';

interface PropertyOptions {
  readonly type?: unknown;
  readonly isArray?: boolean;
  readonly enum?: readonly unknown[];
  readonly example?: unknown;
  readonly required?: boolean;
}

/**
 * The body built from the examples of the members; optional members without an example are left out.
 * @throws Error if a required member has no example
 */
export function exampleOf<T extends object>(type: Type<T>): T {
  const prototype = type.prototype as object;
  const keys = (Reflect.getMetadata(DECORATORS.API_MODEL_PROPERTIES_ARRAY, prototype) ?? []) as readonly string[];
  const members = keys.flatMap((key): [string, unknown][] => {
    const name = key.slice(1);
    const member = Reflect.getMetadata(DECORATORS.API_MODEL_PROPERTIES, prototype, name) as PropertyOptions;
    const example = propertyExample(member);
    if (example !== undefined) return [[name, example]];
    if (member.required === false) return [];
    throw new Error(`${type.name}.${name} is documented without an example`);
  });
  return Object.fromEntries(members) as T;
}

function propertyExample({ example, enum: values, type, isArray = false }: PropertyOptions): unknown {
  if (example !== undefined) return example;
  if (values) return values[0];
  if (typeof type !== 'function' || BUILT_IN.has(type)) return undefined;
  const made = exampleOf(type as Type<object>);
  return isArray ? [made] : made;
}

/** Built-in types, whose members are unknown. */
const BUILT_IN = new Set<unknown>([String, Number, Boolean, Object, Array, Date]);

/** Examples in OpenAPI's form, by name. */
export function namedExamples<T>(examples: Readonly<Record<string, T>>): Record<string, { value: T }> {
  return Object.fromEntries(Object.entries(examples).map(([name, value]) => [name, { value }]));
}

/**
 * Examples of an optional parameter. The first one is empty, because Swagger UI fills in the first example.
 * @param none - the value that Swagger UI leaves out: an empty string, or an empty list for a list parameter
 */
export function optionalExamples(
  examples: Readonly<Record<string, unknown>>,
  none: '' | readonly [] = '',
): Record<string, { value: unknown }> {
  return namedExamples({ none, ...examples });
}
