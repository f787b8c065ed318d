/** Documents a route for OpenAPI: its body, and the response of each status. */
import { HttpCode, applyDecorators, type Type } from '@nestjs/common';
import {
  ApiBody,
  ApiExtension,
  ApiExtraModels,
  ApiOperation,
  ApiResponse,
  ApiSecurity,
  getSchemaPath,
} from '../../internals/index.js';
import { exampleOf, namedExamples } from './documented-example.js';

/** The body of responses without content: `{}`. */
// oxlint-disable-next-line typescript/no-extraneous-class -- `{}` needs a name in the documentation
export class EmptyView {}

/** The response of one status. */
export interface DocumentedResponse {
  readonly status: number;
  readonly description: string;
  /** The class of a JSON body, or the media type of a text body; `null` for an answer without a body. */
  readonly type: Type | `text/${string}` | `application/vnd.${string}` | null;
  /** The media type of a JSON body. Default: `application/json`. */
  readonly mediaType?: string | undefined;
  readonly isArray?: boolean;
  /** Default: built from the examples of the members. */
  readonly example?: unknown;
  /** Several examples instead of one, by their summaries. */
  readonly examples?: Readonly<Record<string, unknown>>;
  /** Response headers and their descriptions. */
  readonly headers?: Readonly<Record<string, string>> | undefined;
}

/** Marks operations that can be called without credentials, and take them. */
export const OPTIONAL_CREDENTIALS = 'x-optional-credentials';

export interface DocumentedRoute {
  /** What generated clients call it. Default: made from the names of controller and handler. */
  readonly operationId?: string | undefined;
  readonly summary: string;
  readonly description?: string | undefined;
  readonly body?: Type | undefined;
  /** Example bodies by their summaries. Default: one, built from the examples of the members. */
  readonly examples?: Readonly<Record<string, object>> | undefined;
  /** Whether the body may be left out. */
  readonly bodyOptional?: boolean | undefined;
  /** The first is the success response, whose status the route answers with. */
  readonly responses: readonly [DocumentedResponse, ...DocumentedResponse[]];
  /** Whether the route needs no credentials; `optional` if it answers more to callers that send some. */
  readonly isPublic?: boolean | 'optional' | undefined;
}

export function documentedRoute(route: DocumentedRoute): MethodDecorator {
  const { summary, description = '', body, examples, bodyOptional = false, responses, isPublic = false } = route;
  const { operationId } = route;
  return applyDecorators(
    HttpCode(responses[0].status),
    ApiOperation({ summary, description, ...(operationId !== undefined && { operationId }) }),
    ...[...new Set(responses.map(({ status }) => status))].map((status) =>
      documentedStatus(responses.filter((answer) => answer.status === status)),
    ),
    ...(body
      ? [ApiBody({ type: body, required: !bodyOptional, ...(examples && { examples: namedExamples(examples) }) })]
      : []),
    ...(isPublic ? [ApiSecurity({})] : []),
    ...(isPublic === 'optional' ? [ApiExtension(OPTIONAL_CREDENTIALS, true)] : []),
  );
}

/** Documents all responses of one status: merges their descriptions, examples and types. */
function documentedStatus(answers: readonly DocumentedResponse[]): MethodDecorator {
  const [first] = answers;
  if (!first) throw new Error('a status needs at least one documented response');
  const { status, type, isArray = false, example, mediaType = JSON_TYPE } = first;
  const description = answers.map((answer) => answer.description).join(' ');
  const headers = documentedHeaders(first);
  if (type === null) return ApiResponse({ status, description, headers });
  if (typeof type === 'string') {
    const content = { [type]: { schema: { type: 'string' }, example } };
    return ApiResponse({ status, description, headers, content });
  }
  const shown = documentedExamples(answers);
  const types = [...new Set(answers.map((answer) => answer.type))].filter((each) => each !== null && isClass(each));
  if (types.length === 1 && mediaType === JSON_TYPE)
    return ApiResponse({ status, description, headers, type, isArray, ...shown });
  const references = types.map((each) => ({ $ref: getSchemaPath(each) }));
  const content = {
    [mediaType]: { schema: references.length === 1 ? references[0] : { anyOf: references }, ...shown },
  };
  return applyDecorators(ApiExtraModels(...types), ApiResponse({ status, description, headers, content }));
}

const JSON_TYPE = 'application/json';

function isClass(type: Type | string): type is Type {
  return typeof type !== 'string';
}

interface Example {
  readonly summary: string;
  readonly value: unknown;
}

/** A single example without a name, or several with their summaries. */
function documentedExamples(answers: readonly DocumentedResponse[]): object {
  const examples = answers.flatMap(examplesOf);
  if (examples.length === 1) return { example: examples[0]?.value };
  return { examples: Object.fromEntries(examples.map((example, index) => [String(index + 1), example])) };
}

function examplesOf(answer: DocumentedResponse): Example[] {
  const { description, example = madeExample(answer), examples } = answer;
  if (examples) return Object.entries(examples).map(([summary, value]) => ({ summary, value }));
  return [{ summary: description.replaceAll('`', ''), value: example }];
}

function madeExample({ type, isArray = false, examples }: DocumentedResponse): unknown {
  if (examples || type === null || typeof type === 'string') return undefined;
  return isArray ? [exampleOf(type)] : exampleOf(type);
}

type Headers = Record<string, { description: string; schema: { type: string } }>;

function documentedHeaders({ headers }: DocumentedResponse): Headers | undefined {
  if (!headers) return undefined;
  const entries = Object.entries(headers);
  return Object.fromEntries(entries.map(([name, description]) => [name, { description, schema: { type: 'string' } }]));
}
