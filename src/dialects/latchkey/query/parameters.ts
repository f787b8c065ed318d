/**
 * Parameters of the query: each route declares which it takes, and refuses all others. A misspelt filter would otherwise
 * select everything (docs/contracts/latchkey.md §1.5).
 */
import { SetMetadata, applyDecorators, createParamDecorator, type ExecutionContext } from '@nestjs/common';
import type { Request } from 'express';
import { ApiQuery } from '../../../internals/index.js';
import { optionalExamples } from '../../../http/index.js';
import { wrongParameter } from '../latchkey.problems.js';

/** How a parameter is read and documented. */
export interface QueryParameter<T> {
  readonly description: string;
  readonly schema: { readonly type: string } & Readonly<Record<string, unknown>>;
  readonly example?: string | number | boolean | undefined;
  /** Whether it may be repeated, or hold several values separated by commas. */
  readonly isList?: boolean;
  /**
   * @param texts - as given, none of them holds a NUL; empty if the parameter is absent
   * @throws Problem
   */
  read(name: string, texts: readonly string[]): T;
}

/** The parameters of a route by their names. */
export type QueryDeclaration = Readonly<Record<string, QueryParameter<unknown>>>;

/** What the parameters of a route are read as. */
export type QueryValues<D extends QueryDeclaration> = {
  readonly [Name in keyof D]: D[Name] extends QueryParameter<infer T> ? T : never;
};

const DECLARED = 'latchkey:query';

/** Declares and documents the parameters of a route, in the order in which the documentation lists them. */
export function Queried(declaration: QueryDeclaration): MethodDecorator {
  const documented = Object.entries(declaration)
    .reverse()
    .map(([name, { description, schema, example, isList = false }]) =>
      ApiQuery({
        name,
        description,
        required: false,
        schema: isList ? { type: 'array', items: schema } : schema,
        ...(isList && { style: 'form', explode: false }),
        ...(example !== undefined && {
          examples: optionalExamples({ some: isList ? [example] : example }, isList ? [] : ''),
        }),
      }),
    );
  return applyDecorators(SetMetadata(DECLARED, declaration), ...documented);
}

const OTHERS = 'latchkey:other-parameters';

/** Marks a route whose callers add parameters that nobody here has named. */
export function TakesOtherParameters(): MethodDecorator {
  return SetMetadata(OTHERS, true);
}

export function takesOtherParameters(handler: object): boolean {
  return Reflect.hasMetadata(OTHERS, handler);
}

/** The names of the parameters that a handler declares. */
export function declaredParameters(handler: object): readonly string[] {
  return Object.keys((Reflect.getMetadata(DECLARED, handler) as QueryDeclaration | undefined) ?? {});
}

/** Parameter decorator for the parameters of the query as declared. @throws Problem */
export function QueryInput(declaration: QueryDeclaration): ParameterDecorator {
  return createParamDecorator((_: unknown, context: ExecutionContext) =>
    readQuery(declaration, queryOf(context.switchToHttp().getRequest<Request>())),
  )();
}

/** @throws Problem */
export function readQuery<D extends QueryDeclaration>(declaration: D, given: URLSearchParams): QueryValues<D> {
  const entries = Object.entries(declaration).map(([name, parameter]): [string, unknown] => {
    const texts = given.getAll(name);
    if (texts.length > 1 && !parameter.isList) throw wrongParameter(name, `${name} must be given once`);
    if (texts.some((text) => text.includes('\0'))) throw wrongParameter(name, `${name} must not hold NUL characters`);
    return [name, parameter.read(name, texts)];
  });
  return Object.fromEntries(entries) as QueryValues<D>;
}

/** @throws Problem for the first parameter that is not among these */
export function refuseUnknownParameters(given: URLSearchParams, known: readonly string[]): void {
  const unknown = [...given.keys()].find((name) => !known.includes(name));
  if (unknown === undefined) return;
  const name = JSON.stringify(unknown.slice(0, 40));
  const there = known.length === 0 ? 'this takes none' : `there are ${known.join(', ')}`;
  throw wrongParameter(unknown.slice(0, 40), `the parameter ${name} is not known; ${there}`);
}

/** As it was sent, whatever parser a host has set. */
export function queryOf({ url }: Pick<Request, 'url'>): URLSearchParams {
  const start = url.indexOf('?');
  return new URLSearchParams(start < 0 ? '' : url.slice(start + 1));
}
