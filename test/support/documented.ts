/** Checks that answers are as the OpenAPI documents describe them. */
import type { OpenAPIObject } from '@nestjs/swagger';
import { Ajv2019, type ValidateFunction } from 'ajv/dist/2019.js';
import formats from 'ajv-formats';
import { loadConfig } from '../../src/config/index.js';
import { documents } from '../../src/standalone/docs.js';
import { createServer } from '../../src/standalone/server.js';
import type { Reply } from './http.js';
import { oncePerRun } from './once-per-run.js';
import { responseSchema, type Schema } from './response-schema.js';

interface Answer {
  readonly description?: string;
  readonly content?: Readonly<Record<string, { readonly schema?: Schema }>>;
}

interface Operation {
  readonly label: string;
  readonly address: RegExp;
  readonly method: string;
  /** Of an address without parameters, which is meant before one with them. */
  readonly isExact: boolean;
  readonly answers: Readonly<Record<string, Answer>>;
  readonly document: OpenAPIObject;
}

// The schemas themselves are checked by test/gates/document-lint.spec.ts; each validator is used a few times only.
const ajv = formats.default(
  new Ajv2019({ strict: false, allErrors: true, validateSchema: false, meta: false, code: { optimize: false } }),
);

const validators = new Map<string, ValidateFunction>();
let operations: readonly Operation[] | undefined;

/** Reads the documents that answers are compared with; they are made once in a run. */
export async function loadDocuments(): Promise<readonly Operation[]> {
  operations ??= Object.values(await loadNamedDocuments()).flatMap(operationsOf);
  return operations;
}

/** The documents of the whole server by their names, as they are sent. */
export async function loadNamedDocuments(): Promise<Readonly<Record<string, OpenAPIObject>>> {
  return JSON.parse(await oncePerRun('documents.json', makeDocuments)) as Record<string, OpenAPIObject>;
}

/** With the prefixes of the whole server. */
async function makeDocuments(): Promise<string> {
  const server = await createServer(loadConfig({ DATABASE_URL: 'sqlite::memory:', LOG_LEVEL: 'silent' }));
  const made = Object.entries(await documents(server.app)).map(([name, make]) => [name, make()]);
  await server.stop();
  return JSON.stringify(Object.fromEntries(made));
}

/**
 * Every documented operation answers as documented: with a status and a body that the document describes, without
 * undocumented properties. Answers to unknown paths and methods belong to no operation.
 * @throws Error that says what differs
 */
export function checkAnswer(method: string, target: string, { status, headers, text }: Reply): void {
  const [address = ''] = target.split('?', 1);
  const operation = isAddress(address) ? operationFor(method.toLowerCase(), address) : undefined;
  if (!operation) return;
  const answer = operation.answers[status];
  if (!answer) throw new Error(`${operation.label} answered ${String(status)}, which is not documented: ${text}`);
  const { content = {} } = answer;
  const [type = ''] = (headers['content-type'] ?? '').split(';', 1);
  if (text === '' && Object.keys(content).length === 0) return;
  const documented = content[type];
  if (!documented)
    throw new Error(`${operation.label} answered ${String(status)} as "${type}", which is not documented`);
  if (!/^application\/(problem\+)?json$/.test(type) || !documented.schema) return;
  const validate = validatorFor(`${operation.label} ${String(status)}`, documented.schema, operation.document);
  if (validate(JSON.parse(text))) return;
  const faults = ajv.errorsText(validate.errors, { dataVar: 'body', separator: '\n  ' });
  const extra = (validate.errors ?? []).map(({ params }) => JSON.stringify(params)).join(' ');
  throw new Error(
    `${operation.label} answered ${String(status)}, not as documented:\n  ${faults}\n  ${extra}\n${text}`,
  );
}

/** Every documented operation, by method and address: `GET /api/v1/users/{id}`. */
export async function documentedOperations(): Promise<string[]> {
  return (await loadDocuments()).map(({ label }) => label);
}

/** What cannot be decoded is the address of nothing. */
function isAddress(text: string): boolean {
  try {
    decodeURIComponent(text);
    return true;
  } catch {
    return false;
  }
}

function operationFor(method: string, address: string): Operation | undefined {
  if (!operations) throw new Error('loadDocuments() first');
  const fitting = operations.filter((each) => each.method === method && each.address.test(address));
  return fitting.find(({ isExact }) => isExact) ?? fitting[0];
}

function operationsOf(document: OpenAPIObject): Operation[] {
  return Object.entries(document.paths).flatMap(([address, item]) =>
    Object.entries(item as Record<string, { responses?: Record<string, Answer> }>).map(
      ([method, { responses = {} }]) => ({
        label: `${method.toUpperCase()} ${address}`,
        method,
        address: new RegExp(`^${address.replaceAll('.', '\\.').replaceAll(/\{[^}]+\}/g, '[^/]+')}$`),
        isExact: !address.includes('{'),
        answers: responses,
        document,
      }),
    ),
  );
}

function validatorFor(label: string, schema: Schema, document: OpenAPIObject): ValidateFunction {
  const known = validators.get(label);
  if (known) return known;
  const validate = compiledOnce(responseSchema(schema, document));
  validators.set(label, validate);
  return validate;
}

const compiled = new Map<string, ValidateFunction>();

/** Many operations have the same answers, above all the same errors. */
function compiledOnce(schema: object): ValidateFunction {
  const text = JSON.stringify(schema);
  const known = compiled.get(text) ?? ajv.compile(schema);
  compiled.set(text, known);
  return known;
}

/** What is wrong with an example; empty when nothing is. */
export function exampleFaults(value: unknown, schema: Schema, document: OpenAPIObject): string[] {
  const validate = compiledOnce(responseSchema(schema, document));
  return validate(value) ? [] : [ajv.errorsText(validate.errors, { dataVar: 'example' })];
}
