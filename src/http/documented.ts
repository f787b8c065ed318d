/** Documents a route for OpenAPI: what goes in, and what every status brings back. */
import { HttpCode, applyDecorators, type Type } from '@nestjs/common';
import { ApiBody, ApiExtraModels, ApiOperation, ApiResponse, ApiSecurity, getSchemaPath } from '@nestjs/swagger';

/** The body of answers that have nothing to show. */
// eslint-disable-next-line @typescript-eslint/no-extraneous-class -- `{}` needs a name in the documentation
export class EmptyView {}

/** A status and its body. */
export interface DocumentedAnswer {
  readonly status: number;
  readonly description: string;
  /** The class of a JSON body, or the media type of a text. */
  readonly type: Type | `text/${string}`;
  readonly isArray?: boolean;
  readonly example?: unknown;
  /** Headers that are part of the answer, and what they say. */
  readonly headers?: Readonly<Record<string, string>> | undefined;
}

export interface DocumentedRoute {
  readonly summary: string;
  readonly description?: string | undefined;
  readonly body?: Type | undefined;
  /** Bodies to send as they are, by what they do; one is made from the members unless given. */
  readonly examples?: Readonly<Record<string, object>> | undefined;
  /** Whether the body may be left out. */
  readonly bodyOptional?: boolean | undefined;
  /** The first is the success, whose status the route answers with. */
  readonly answers: readonly [DocumentedAnswer, ...DocumentedAnswer[]];
  /** Answers without credentials. */
  readonly isPublic?: boolean | undefined;
}

export function documentedRoute(route: DocumentedRoute): MethodDecorator {
  const { summary, description = '', body, examples, bodyOptional = false, answers, isPublic = false } = route;
  return applyDecorators(
    HttpCode(answers[0].status),
    ApiOperation({ summary, description }),
    ...[...new Set(answers.map(({ status }) => status))].map((status) =>
      documentedStatus(answers.filter((answer) => answer.status === status)),
    ),
    ...(body ? [ApiBody({ type: body, required: !bodyOptional, ...(examples && { examples: named(examples) }) })] : []),
    ...(isPublic ? [ApiSecurity({})] : []),
  );
}

function named(examples: Readonly<Record<string, object>>): Record<string, { value: object }> {
  return Object.fromEntries(Object.entries(examples).map(([name, value]) => [name, { value }]));
}

/** All answers of one status: each gives its words and its example, and its type if that is another. */
function documentedStatus(answers: readonly DocumentedAnswer[]): MethodDecorator {
  const [first] = answers;
  if (!first) throw new Error('a status is documented by its answers');
  const { status, type, isArray = false, example } = first;
  const description = answers.map((answer) => answer.description).join(' ');
  const headers = documentedHeaders(first);
  if (typeof type === 'string') {
    const content = { [type]: { schema: { type: 'string' }, example } };
    return ApiResponse({ status, description, headers, content });
  }
  const examples = answers.flatMap(({ example, description: summary }) =>
    example === undefined ? [] : [{ summary: summary.replaceAll('`', ''), value: example }],
  );
  const types = [...new Set(answers.map((answer) => answer.type))].filter((each) => typeof each !== 'string');
  if (types.length > 1) {
    // Without examples: those of some would stand for all.
    const schema = { anyOf: types.map((each) => ({ $ref: getSchemaPath(each) })) };
    const content = { 'application/json': { schema } };
    return applyDecorators(ApiExtraModels(...types), ApiResponse({ status, description, headers, content }));
  }
  if (examples.length < 2)
    return ApiResponse({ status, description, headers, type, isArray, example: examples[0]?.value });
  const numbered = Object.fromEntries(examples.map((example, index) => [String(index + 1), example]));
  return ApiResponse({ status, description, headers, type, isArray, examples: numbered });
}

type Headers = Record<string, { description: string; schema: { type: string } }>;

function documentedHeaders({ headers }: DocumentedAnswer): Headers | undefined {
  if (!headers) return undefined;
  const entries = Object.entries(headers);
  return Object.fromEntries(entries.map(([name, description]) => [name, { description, schema: { type: 'string' } }]));
}
