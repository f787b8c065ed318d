/** Finishes the OpenAPI document: what may be `null` is written as version 3.1 and JSON Schema write it. */
import type { OpenAPIObject } from '@nestjs/swagger';

type Members = Readonly<Record<string, unknown>>;

/** The same document; `nullable`, which only version 3.0 has, becomes a type. */
export function asVersion31(document: OpenAPIObject): OpenAPIObject {
  return rewritten(document) as OpenAPIObject;
}

function rewritten(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(rewritten);
  if (typeof value !== 'object' || value === null) return value;
  const members = Object.entries(value).map(([name, member]): [string, unknown] => [name, rewritten(member)]);
  const { nullable, ...schema } = Object.fromEntries(members) as Members;
  return nullable === true ? orNull(schema) : schema;
}

function orNull({ type, enum: values, $ref, allOf, description, example, ...rules }: Members): Members {
  const shown = { ...(description !== undefined && { description }), ...(example !== undefined && { example }) };
  if (typeof type === 'string') {
    const choice = Array.isArray(values) ? { enum: [...(values as unknown[]), null] } : {};
    return { ...shown, ...rules, type: [type, 'null'], ...choice };
  }
  const reference = $ref === undefined ? allOf : [{ $ref }];
  const [schema, ...others] = (Array.isArray(reference) ? reference : []) as Members[];
  if (!schema || others.length > 0) throw new Error('only a type or a reference can be nullable');
  return { ...shown, ...rules, anyOf: [schema, { type: 'null' }] };
}
