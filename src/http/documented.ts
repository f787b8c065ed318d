/** Documents a route for OpenAPI: what goes in, and what every status brings back. */
import { HttpCode, applyDecorators, type Type } from '@nestjs/common';
import { ApiBody, ApiOperation, ApiResponse, ApiSecurity } from '@nestjs/swagger';

/** A status and its body. */
export interface DocumentedAnswer {
  readonly status: number;
  readonly description: string;
  readonly type: Type;
  readonly isArray?: boolean;
  readonly example?: unknown;
}

export interface DocumentedRoute {
  readonly summary: string;
  readonly description?: string | undefined;
  readonly body?: Type | undefined;
  /** Whether the body may be left out. */
  readonly bodyOptional?: boolean | undefined;
  /** The first is the success, whose status the route answers with. */
  readonly answers: readonly [DocumentedAnswer, ...DocumentedAnswer[]];
  /** Answers without credentials. */
  readonly isPublic?: boolean | undefined;
}

export function documentedRoute(route: DocumentedRoute): MethodDecorator {
  const { summary, description = '', body, bodyOptional = false, answers, isPublic = false } = route;
  return applyDecorators(
    HttpCode(answers[0].status),
    ApiOperation({ summary, description }),
    ...answers.map(documentedAnswer),
    ...(body ? [ApiBody({ type: body, required: !bodyOptional })] : []),
    ...(isPublic ? [ApiSecurity({})] : []),
  );
}

function documentedAnswer({ status, description, type, isArray = false, example }: DocumentedAnswer): MethodDecorator {
  return ApiResponse({ status, description, type, isArray, ...(example !== undefined && { example }) });
}
