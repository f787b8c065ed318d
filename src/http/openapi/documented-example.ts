/** Examples for OpenAPI: a body made from its members, and those of a parameter that may be left out. */
import type { Type } from '@nestjs/common';
import { DECORATORS } from '@nestjs/swagger';

interface PropertyOptions {
  readonly type?: unknown;
  readonly isArray?: boolean;
  readonly enum?: readonly unknown[];
  readonly example?: unknown;
  readonly required?: boolean;
}

/**
 * The body that the examples of the members make; a member that may be missing is there if it has one.
 * @throws Error for a member that must be there and has none
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

/** Of these nothing is known but the kind. */
const BUILT_IN = new Set<unknown>([String, Number, Boolean, Object, Array, Date]);

/** Examples as OpenAPI has them, by their names. */
export function namedExamples<T>(examples: Readonly<Record<string, T>>): Record<string, { value: T }> {
  return Object.fromEntries(Object.entries(examples).map(([name, value]) => [name, { value }]));
}

/**
 * Examples of a parameter that is not needed. The first leaves it out, because Swagger UI fills that in.
 * @param none - what Swagger UI leaves out: an empty text, or an empty list where the parameter is one
 */
export function optionalExamples(
  examples: Readonly<Record<string, unknown>>,
  none: '' | readonly [] = '',
): Record<string, { value: unknown }> {
  return namedExamples({ none, ...examples });
}
