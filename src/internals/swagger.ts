/**
 * Undocumented parts of `@nestjs/swagger` 11 and 12: the metadata that its decorators store. They are stored here in the
 * same form, so that a host which documents nothing need not install it. A test compares them with its own.
 */
import 'reflect-metadata';
import type { Type } from '@nestjs/common';
import { IsOptional } from 'class-validator';

/** The keys of the metadata. */
export const DECORATORS = {
  API_OPERATION: 'swagger/apiOperation',
  API_RESPONSE: 'swagger/apiResponse',
  API_CONSUMES: 'swagger/apiConsumes',
  API_TAGS: 'swagger/apiUseTags',
  API_PARAMETERS: 'swagger/apiParameters',
  API_MODEL_PROPERTIES: 'swagger/apiModelProperties',
  API_MODEL_PROPERTIES_ARRAY: 'swagger/apiModelPropertiesArray',
  API_SECURITY: 'swagger/apiSecurity',
  API_EXCLUDE_ENDPOINT: 'swagger/apiExcludeEndpoint',
  API_EXCLUDE_CONTROLLER: 'swagger/apiExcludeController',
  API_EXTRA_MODELS: 'swagger/apiExtraModels',
  API_EXTENSION: 'swagger/apiExtension',
} as const;

/** A class or primitive, or the name of one; a list of it in brackets. */
export type DocumentedType = Type<unknown> | string | Record<string, unknown> | readonly unknown[] | (() => unknown);

/** A member of a schema, parameter or body, in the words of OpenAPI. */
export interface DocumentedValue {
  readonly type?: DocumentedType | undefined;
  readonly isArray?: boolean | undefined;
  readonly enum?: readonly unknown[] | undefined;
  readonly required?: boolean | undefined;
  readonly [word: string]: unknown;
}

type AnyDecorator = MethodDecorator & ClassDecorator;

/** The function of a route, or the class. */
function holderOf(target: object, descriptor?: PropertyDescriptor): object {
  return descriptor ? (descriptor.value as object) : target;
}

function stored(key: string, change: (before: unknown) => unknown): AnyDecorator {
  return (target: object, _name?: string | symbol, descriptor?: PropertyDescriptor): void => {
    const holder = holderOf(target, descriptor);
    Reflect.defineMetadata(key, change(Reflect.getMetadata(key, holder)), holder);
  };
}

function added(key: string, values: readonly unknown[]): AnyDecorator {
  return stored(key, (before) => [...((before ?? []) as readonly unknown[]), ...values]);
}

function defined(values: object): Record<string, unknown> {
  return Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined));
}

/** The type of the elements where it is given in brackets. */
function single({ type, isArray }: DocumentedValue): { type: unknown; isArray: boolean | undefined } {
  const list = Array.isArray(type) && !isArray;
  return { type: list ? (type as unknown[])[0] : type, isArray: list ? true : (isArray ?? (type ? false : undefined)) };
}

function typeOfValues(values: readonly unknown[]): string {
  return values.length > 0 && values.every((value) => typeof value === 'number') ? 'number' : 'string';
}

export function ApiProperty(options: DocumentedValue = {}): PropertyDecorator {
  const { enum: values, ...others } = options;
  const { type, isArray } = single(options);
  const shown = { ...others, type, isArray, ...(values && shownEnum(values, type, isArray)) };
  return (target, name) => {
    const keys = (Reflect.getMetadata(DECORATORS.API_MODEL_PROPERTIES_ARRAY, target) ?? []) as readonly string[];
    const key = `:${String(name)}`;
    if (!keys.includes(key)) Reflect.defineMetadata(DECORATORS.API_MODEL_PROPERTIES_ARRAY, [...keys, key], target);
    const before = Reflect.getMetadata(DECORATORS.API_MODEL_PROPERTIES, target, name) as object | undefined;
    const designed = Reflect.getMetadata('design:type', target, name) as unknown;
    const isOwn = Reflect.hasOwnMetadata(DECORATORS.API_MODEL_PROPERTIES, target, name);
    const base = before ?? { type: designed };
    const inherited = before && !isOwn && type === undefined && designed ? { type: designed } : {};
    const member = { ...base, ...defined(shown), ...inherited };
    Reflect.defineMetadata(DECORATORS.API_MODEL_PROPERTIES, member, target, name);
  };
}

function shownEnum(values: readonly unknown[], type: unknown, isArray: boolean | undefined): object {
  if (isArray) return { type: 'array', items: { type: typeOfValues(values), enum: values } };
  return { enum: values, type: type ?? typeOfValues(values) };
}

export function ApiPropertyOptional(options: DocumentedValue = {}): PropertyDecorator {
  return ApiProperty({ ...options, required: false });
}

/** @param defaults - of this kind of parameter */
function parameter(value: object, defaults: object): AnyDecorator {
  return added(DECORATORS.API_PARAMETERS, [{ ...defaults, ...defined(value) }]);
}

export function ApiQuery(options: DocumentedValue & { readonly name: string }): MethodDecorator {
  const { enum: values, isArray: _given, ...others } = options;
  const { type, isArray } = single(options);
  const schema = values && parameterEnum(values, isArray);
  const value = { in: 'query', ...others, type, ...(isArray && { isArray }), ...schema };
  return parameter(value, { name: '', required: true });
}

function parameterEnum(values: readonly unknown[], isArray: boolean | undefined): object {
  if (isArray) return { schema: { type: 'array', items: { type: typeOfValues(values), enum: values } } };
  return { schema: { type: typeOfValues(values), enum: values } };
}

export function ApiParam(options: DocumentedValue & { readonly name: string }): MethodDecorator {
  return parameter({ in: 'path', ...options }, { name: '', required: true });
}

export function ApiHeader(options: DocumentedValue & { readonly name: string }): MethodDecorator {
  return parameter({ in: 'header', ...options }, { name: '' });
}

export function ApiBody(options: DocumentedValue): MethodDecorator {
  return parameter({ in: 'body', ...options, ...single(options) }, { type: String, required: true });
}

export function ApiOperation(options: Readonly<Record<string, unknown>>): MethodDecorator {
  return stored(DECORATORS.API_OPERATION, (before) => ({ ...(before as object), summary: '', ...defined(options) }));
}

/** Describes the response of one status. A second one for the same status replaces the first. */
export function ApiResponse(options: DocumentedValue & { readonly status: number }): MethodDecorator {
  const { status, description = '', ...others } = options;
  const response = { ...others, description, ...single(options) };
  return stored(DECORATORS.API_RESPONSE, (before) => ({ ...(before as object), [status]: response }));
}

/** @param schemes - the name of one, or the names of several that are needed together, with their scopes */
export function ApiSecurity(schemes: string | Readonly<Record<string, readonly string[]>>): AnyDecorator {
  return stored(DECORATORS.API_SECURITY, (before) => [
    ...((before ?? []) as readonly object[]),
    typeof schemes === 'string' ? { [schemes]: [] } : schemes,
  ]);
}

export function ApiExtension(key: `x-${string}`, value: unknown): MethodDecorator {
  return stored(DECORATORS.API_EXTENSION, (before) => ({ [key]: value, ...(before as object) }));
}

export function ApiExtraModels(...models: readonly unknown[]): AnyDecorator {
  return added(DECORATORS.API_EXTRA_MODELS, models);
}

export function ApiConsumes(...mediaTypes: readonly string[]): AnyDecorator {
  return added(DECORATORS.API_CONSUMES, mediaTypes);
}

export function ApiTags(...tags: readonly string[]): AnyDecorator {
  return added(DECORATORS.API_TAGS, tags);
}

export function ApiExcludeController(): ClassDecorator {
  return added(DECORATORS.API_EXCLUDE_CONTROLLER, [true]);
}

export function ApiExcludeEndpoint(): MethodDecorator {
  return stored(DECORATORS.API_EXCLUDE_ENDPOINT, (before) => ({ ...(before as object), disable: true }));
}

/** Where a document has the schema of a class. */
export function getSchemaPath(model: string | { readonly name: string }): string {
  return `#/components/schemas/${typeof model === 'string' ? model : model.name}`;
}

/** A class with some of the documented members of another. */
export function PickType<T extends object, K extends keyof T & string>(
  parent: Type<T>,
  keys: readonly K[],
): Type<Pick<T, K>> {
  // oxlint-disable-next-line typescript/no-extraneous-class -- it has members by its metadata
  class Picked {}
  for (const key of membersOf(parent))
    if ((keys as readonly string[]).includes(key)) copyMember(parent, Picked, key, {});
  return Picked as Type<Pick<T, K>>;
}

/** A class with the documented members of another, all of them optional, in validation too. */
export function PartialType<T extends object>(parent: Type<T>): Type<Partial<T>> {
  // oxlint-disable-next-line typescript/no-extraneous-class -- it has members by its metadata
  class Partially {}
  for (const key of membersOf(parent)) {
    copyMember(parent, Partially, key, { required: false });
    IsOptional()(Partially.prototype, key);
  }
  return Partially;
}

function membersOf({ prototype }: Type<object>): string[] {
  const keys = Reflect.getMetadata(DECORATORS.API_MODEL_PROPERTIES_ARRAY, prototype as object) as string[] | undefined;
  return (keys ?? []).map((key) => key.slice(1));
}

function copyMember(from: Type<object>, to: Type<object>, key: string, changes: DocumentedValue): void {
  const member = Reflect.getMetadata(DECORATORS.API_MODEL_PROPERTIES, from.prototype as object, key) as object;
  ApiProperty({ ...member, ...changes })(to.prototype as object, key);
}
