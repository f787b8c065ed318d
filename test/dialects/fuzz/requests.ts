/** Random requests for the operations of an OpenAPI document: almost right ones, and nonsense. */
import type { OpenAPIObject } from '@nestjs/swagger';
import type { Call } from '../../support/http.js';
import type { Schema } from '../../support/response-schema.js';
import type { Random } from './random.js';

export interface FuzzRequest extends Call {
  readonly method: string;
  readonly path: string;
}

interface Parameter {
  readonly name: string;
  readonly in: string;
  readonly example?: unknown;
  readonly schema?: Schema;
}

interface Documented {
  readonly method: string;
  readonly address: string;
  readonly parameters: readonly Parameter[];
  readonly body: Schema | undefined;
}

/** What programs send by mistake, and people on purpose. */
const ODD_TEXTS = [
  '',
  ' ',
  '0',
  '-1',
  '1e3',
  '0x10',
  '9007199254740993',
  '99999999999999999999999',
  'null',
  'undefined',
  'true',
  'NaN',
  '[object Object]',
  '*',
  '%',
  '_',
  "' OR 1=1 --",
  '\\',
  '"',
  '\u0000',
  'a\u0000b',
  '\ud800',
  '\u202egnp.exe',
  'İ',
  'ﬀ',
  'é'.normalize('NFD'),
  '😀'.repeat(80),
  'x'.repeat(300),
  'x'.repeat(70_000),
  '../../etc/passwd',
  '__proto__',
  'constructor',
  '2026-02-30T00:00:00Z',
  '2026-01-01',
  '+275760-09-13T00:00:00.001Z',
  '-1h',
  '1h',
  '8760h',
  '9999999999h',
  'forever',
];

const ODD_VALUES = [null, true, false, 0, -1, 1.5, 1e21, 2 ** 31, 2 ** 53, [], {}, [null], [[]], { a: { b: [] } }];

const LOGIN_METHODS = /\/(login|logout|session|logins\/end)$/;

/** Ids of things that exist, for the first form that fits the name of a parameter. */
export type KnownIds = readonly (readonly [name: RegExp, ids: readonly string[]])[];

/** Makes requests for one document. */
export class RandomRequests {
  private readonly operations: readonly Documented[];

  /**
   * @param wayIn - puts the credential of an administrator into a request
   */
  constructor(
    private readonly document: OpenAPIObject,
    private readonly random: Random,
    private readonly ids: KnownIds,
    private readonly wayIn: (request: FuzzRequest) => FuzzRequest,
  ) {
    // A login that ends, and a stream that does not, would change the callers of the requests behind them.
    this.operations = operationsOf(document).filter(({ address }) => !LOGIN_METHODS.test(address));
  }

  next(): FuzzRequest {
    const { random } = this;
    const operation = random.of(this.operations);
    const method = random.chance(0.04)
      ? random.of(['GET', 'POST', 'PUT', 'PATCH', 'DELETE', 'HEAD', 'OPTIONS'])
      : operation.method;
    const path = this.path(operation);
    const headers = { 'Content-Type': random.chance(0.95) ? 'application/json' : random.of(['text/plain', 'a/b', '']) };
    const body = operation.body && !random.chance(0.03) ? this.body(operation.body) : undefined;
    const request: FuzzRequest = body === undefined ? { method, path } : { method, path, headers, body };
    return random.chance(0.93) ? this.wayIn(request) : request;
  }

  private path({ address, parameters }: Documented): string {
    const { random } = this;
    const filled = address.replaceAll(/\{([^}]+)\}/g, (_, name: string) => encoded(this.idOrOdd(name), random));
    const query = parameters
      .filter(({ in: place, name }) => place === 'query' && name !== 'subscribe' && random.chance(0.15))
      .map(({ name, example }) => {
        const value = random.chance(0.5) ? textOf(example ?? random.of(ODD_TEXTS)) : random.of(ODD_TEXTS);
        return `${name}=${encoded(value.slice(0, 2000), random)}`;
      });
    if (random.chance(0.05)) query.push(`${encoded(random.of(ODD_TEXTS).slice(0, 200), random)}=1`);
    return query.length === 0 ? filled : `${filled}?${query.join('&')}`;
  }

  private idOrOdd(name: string): string {
    const { random } = this;
    return random.chance(0.85) ? this.id(name) : random.of(ODD_TEXTS).slice(0, 2000);
  }

  private id(name: string): string {
    const [, ids = ['0']] = this.ids.find(([form]) => form.test(name)) ?? [];
    return this.random.of(ids);
  }

  private body(schema: Schema): string | Buffer {
    const { random } = this;
    if (random.chance(0.04)) return random.of(['', '{', '[]', 'null', '"text"', '1', '{"a":1}{', '{"name":"\\ud800"}']);
    if (random.chance(0.01)) return Buffer.from([0x7b, 0x22, 0xff, 0xfe, 0x22, 0x3a, 0x31, 0x7d]);
    const text = JSON.stringify(this.value(schema, 0, ''));
    return random.chance(0.02) ? text.slice(0, -1) : text;
  }

  /** A value that the schema describes, except where it does not. */
  private value(schema: Schema, depth: number, name: string): unknown {
    const { random } = this;
    if (random.chance(0.06)) return random.chance(0.5) ? random.of(ODD_VALUES) : random.of(ODD_TEXTS);
    const known = this.resolved(schema);
    const choices = known.oneOf ?? known.anyOf;
    if (choices && choices.length > 0) return this.value(random.of(choices), depth, name);
    const { properties, items, enum: values } = known;
    if (properties && depth < 5) {
      const members = Object.entries(properties).filter(() => random.chance(0.75));
      const object = Object.fromEntries(members.map(([member, each]) => [member, this.value(each, depth + 1, member)]));
      return random.chance(0.06) ? { ...object, [random.of(['extra', 'id', '__proto__', 'role'])]: 1 } : object;
    }
    if (items && depth < 5) return random.some([1, 2, 3], 0.5).map(() => this.value(items, depth + 1, name));
    if (values && values.length > 0) return random.of(values);
    if (known.type === 'string' && random.chance(0.2)) return this.id(name);
    return known.example ?? typical(known, random);
  }

  private resolved(schema: Schema): Schema {
    const { $ref, allOf, ...own } = schema;
    if ($ref !== undefined) {
      const named = $ref.replace('#/components/schemas/', '');
      return this.resolved((this.document.components?.schemas?.[named] ?? {}) as Schema);
    }
    if (!allOf) return own;
    const parts = allOf.map((each) => this.resolved(each));
    return Object.assign({}, own, ...parts, {
      properties: Object.assign(
        {},
        own.properties,
        ...parts.map(({ properties }) => properties),
      ) as Schema['properties'],
    }) as Schema;
  }
}

function operationsOf(document: OpenAPIObject): Documented[] {
  return Object.entries(document.paths).flatMap(([address, item]) =>
    Object.entries(item as Record<string, { parameters?: Parameter[]; requestBody?: unknown }>).map(
      ([method, { parameters = [], requestBody }]) => {
        const { content } = (requestBody ?? {}) as { content?: Record<string, { schema?: Schema }> };
        return {
          method: method.toUpperCase(),
          address,
          parameters,
          body: content?.['application/json']?.schema,
        };
      },
    ),
  );
}

function typical({ type }: Schema, random: Random): unknown {
  if (type === 'integer' || type === 'number') return random.of([0, 1, 2, 10, 30]);
  if (type === 'boolean') return random.chance(0.5);
  return type === 'string' ? random.of(['name', 'a@example.com', '1', ...ODD_TEXTS]) : random.of(ODD_VALUES);
}

function textOf(value: unknown): string {
  return typeof value === 'string' ? value : JSON.stringify(value);
}

/** As browsers encode it, or with a form that decoders do not accept. */
function encoded(text: string, random: Random): string {
  if (random.chance(0.02)) return random.of(['%', '%zz', '%c0%af', '%00', '%2e%2e', '%ff']);
  return encodeURIComponent(text.toWellFormed());
}
