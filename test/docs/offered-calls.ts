/** The calls that a document offers: every operation with each of its examples. */
import type { OpenAPIObject } from '@nestjs/swagger';

/** A call as Swagger UI prepares it, before a user fills in their own values. */
export interface OfferedCall {
  /** Method, address, and the name of the example. */
  readonly label: string;
  readonly method: string;
  readonly address: string;
  readonly example: string;
  /** The parameters of the query that are filled in. */
  readonly query: Readonly<Record<string, string>>;
  readonly body?: Readonly<Record<string, unknown>>;
  readonly isForm: boolean;
  /** Status of the success. */
  readonly success: number;
}

interface Schema {
  readonly $ref?: string;
  readonly properties?: Readonly<Record<string, { readonly example?: unknown }>>;
  readonly allOf?: readonly Schema[];
}

/** Of a parameter. */
type Value = string | number | readonly string[];

interface Operation {
  readonly parameters?: readonly {
    in: string;
    name: string;
    required?: boolean;
    schema: { example?: Value; default?: Value };
    example?: Value;
    examples?: Readonly<Record<string, { value: Value }>>;
  }[];
  readonly requestBody?: {
    readonly content: Readonly<
      Record<string, { schema: Schema; examples?: Readonly<Record<string, { value: Record<string, unknown> }>> }>
    >;
  };
  readonly responses: Readonly<Record<string, unknown>>;
}

export function offeredCalls(document: OpenAPIObject): OfferedCall[] {
  return Object.entries(document.paths).flatMap(([address, item]) =>
    Object.entries(item as Record<string, Operation>).flatMap(([method, operation]) =>
      bodiesOf(operation, document).map(([example, body]) => ({
        label: `${method.toUpperCase()} ${address} ${example}`.trim(),
        method: method.toUpperCase(),
        address,
        example,
        query: queryOf(operation),
        ...(body && { body }),
        isForm: Object.keys(operation.requestBody?.content ?? {})[0] === 'application/x-www-form-urlencoded',
        success: Number(Object.keys(operation.responses).find((status) => /^2\d\d$/.test(status))),
      })),
    ),
  );
}

function queryOf({ parameters = [] }: Operation): Record<string, string> {
  const filledIn = parameters
    .filter((parameter) => parameter.in === 'query')
    .map(({ name, required = false, schema, example, examples = {} }) => {
      const [first] = Object.values(examples);
      return { name, required, value: String(first?.value ?? example ?? schema.example ?? schema.default ?? '') };
    });
  const sent = filledIn.filter(({ required, value }) => required || value !== '');
  return Object.fromEntries(sent.map(({ name, value }) => [name, value]));
}

function bodiesOf({ requestBody }: Operation, document: OpenAPIObject): [string, Record<string, unknown>?][] {
  const [content] = Object.values(requestBody?.content ?? {});
  if (!content) return [['']];
  const { schema, examples } = content;
  if (examples) return Object.entries(examples).map(([name, { value }]) => [name, value]);
  return [['', exampleOf(schema, document)]];
}

/** The body that Swagger UI builds from the examples of the members. */
function exampleOf(schema: Schema, document: OpenAPIObject): Record<string, unknown> {
  const { $ref, properties = {} } = schema;
  const name = $ref?.slice('#/components/schemas/'.length);
  if (name !== undefined) return exampleOf((document.components?.schemas?.[name] ?? {}) as Schema, document);
  return Object.fromEntries(Object.entries(properties).map(([member, { example = 'string' }]) => [member, example]));
}
