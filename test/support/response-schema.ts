/** Translates an OpenAPI 3.0 schema of an answer into a JSON Schema that allows no other properties. */
import type { OpenAPIObject } from '@nestjs/swagger';

/** A schema of a document. */
export interface Schema {
  readonly [keyword: string]: unknown;
  readonly $ref?: string;
  readonly type?: string;
  readonly nullable?: boolean;
  readonly enum?: readonly unknown[];
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly additionalProperties?: boolean | Schema;
  readonly items?: Schema;
  readonly allOf?: readonly Schema[];
  readonly oneOf?: readonly Schema[];
  readonly anyOf?: readonly Schema[];
}

/** @throws Error for a reference that leads nowhere, or into itself */
export function responseSchema(schema: Schema, document: OpenAPIObject): object {
  return new Translation(document).whole(schema, []);
}

class Translation {
  constructor(private readonly document: OpenAPIObject) {}

  /** A schema that describes a value completely. */
  whole(schema: Schema, within: readonly string[]): Schema {
    const part = this.part(schema, within);
    return isOpen(part) ? part : { ...part, unevaluatedProperties: false };
  }

  /** One of several that describe the same value. */
  private part(schema: Schema, within: readonly string[]): Schema {
    const { $ref, nullable = false, ...rest } = schema;
    if ($ref !== undefined) return optional(this.part(this.referred($ref, within), [...within, $ref]), nullable);
    const translated: Record<string, unknown> = { ...rest };
    const { properties, additionalProperties, items } = rest;
    if (properties) translated.properties = mapped(properties, (each) => this.whole(each, within));
    if (typeof additionalProperties === 'object') {
      translated.additionalProperties = this.whole(additionalProperties, within);
    }
    if (items) translated.items = this.whole(items, within);
    if (rest.allOf) translated.allOf = rest.allOf.map((each) => this.part(each, within));
    for (const keyword of ['oneOf', 'anyOf'] as const) {
      const choices = rest[keyword];
      // The schema around the choices is closed, and with it each of them.
      if (choices) translated[keyword] = choices.map((each) => this.part(each, within));
    }
    return optional(translated, nullable);
  }

  private referred(reference: string, within: readonly string[]): Schema {
    if (within.includes(reference)) throw new Error(`${reference} refers to itself`);
    const found = this.document.components?.schemas?.[reference.slice('#/components/schemas/'.length)];
    if (!found) throw new Error(`${reference} leads nowhere`);
    return found as Schema;
  }
}

/** Whether properties are free: those of an object of which nothing is said, or something about all. */
function isOpen(schema: Schema): boolean {
  const { properties, allOf, oneOf, anyOf, additionalProperties } = schema;
  return !(properties ?? allOf ?? oneOf ?? anyOf) || additionalProperties !== undefined;
}

function optional(schema: Schema, nullable: boolean): Schema {
  return nullable ? { anyOf: [{ type: 'null' }, schema] } : schema;
}

function mapped<T, U>(record: Readonly<Record<string, T>>, map: (value: T) => U): Record<string, U> {
  return Object.fromEntries(Object.entries(record).map(([key, value]) => [key, map(value)]));
}
