/**
 * Permissions of routes. Each handler declares in one decorator who may call it, and the guard of its dialect reads that
 * before anything else happens. A route without a permission is callable by nobody.
 */
import { SetMetadata, createParamDecorator, type CanActivate, type ExecutionContext } from '@nestjs/common';
import type { Request } from 'express';
import { receiveBody } from './input/request-body.js';

/** The permission of routes that anyone may call, in every dialect. */
export const PUBLIC = 'public';

const PERMISSION = 'latchkey:permission';
const REQUIRED_RESOURCES = 'latchkey:required-resources';

/** {@link permits} restricted to the permissions of one dialect. */
export type Permits<P extends string> = (permission: P) => MethodDecorator;

/** Declares who may call a route. */
export function permits(permission: string): MethodDecorator {
  return SetMetadata(PERMISSION, permission);
}

/** The permission that a handler declares, or `undefined`. */
export function permissionOf(handler: object): string | undefined {
  return Reflect.getMetadata(PERMISSION, handler) as string | undefined;
}

/** The scope of each authorized request: what its guard returned. */
const SCOPE = Symbol('latchkey.scope');

/** A property, not an entry of a `WeakMap`: entries that live shortly make each garbage collection slower. */
type Authorized = Request & { [SCOPE]?: object };

/**
 * The base of each dialect's guard. A dialect defines how callers authenticate and what its permissions mean. The body of
 * a request is received when the caller is authorized. After the guard come the pipes, which validate the input, and then
 * the handler.
 */
export abstract class PermissionGuard implements CanActivate {
  /** Whether the credential is in the body, which is then received before {@link authorize}. */
  protected readonly hasCredentialInBody: boolean = false;

  async canActivate(context: ExecutionContext): Promise<boolean> {
    const handler = context.getHandler();
    const permission = permissionOf(handler);
    if (permission === undefined) {
      throw new Error(`${context.getClass().name}.${handler.name} does not declare a permission`);
    }
    const request = context.switchToHttp().getRequest<Request>();
    if (this.hasCredentialInBody) await receiveBody(request, handler);
    (request as Authorized)[SCOPE] = await this.authorize(request, permission, requiredResources(handler));
    await receiveBody(request, handler);
    return true;
  }

  /**
   * Authenticates the caller and checks the permission. Then loads the resources that the handler requires, so that a
   * resource that does not exist is reported before the body is validated.
   * @param permission - one that the dialect's decorator accepts
   * @param required - the names given to {@link requiredFromScope}
   * @returns the scope that {@link fromScope} reads
   * @throws the dialect's errors for requests that are refused
   */
  protected abstract authorize(request: Request, permission: string, required: ReadonlySet<string>): Promise<object>;
}

/** Creates a parameter decorator for a part of the scope. An absent part is a bug and answered with 500. */
export function fromScope(part: (scope: never) => unknown): () => ParameterDecorator {
  return createParamDecorator((_: unknown, context: ExecutionContext) => {
    const scope = context.switchToHttp().getRequest<Authorized>()[SCOPE];
    const value = scope && part(scope as never);
    if (value !== undefined) return value;
    throw new Error(
      `${context.getClass().name}.${context.getHandler().name} takes what its permission does not provide`,
    );
  });
}

/**
 * Creates a parameter decorator for a resource that the path names. Taking it makes the guard load the resource, and a
 * request for one that does not exist is refused before its body is validated.
 * @param name - the property of the scope
 */
export function requiredFromScope(name: string): () => ParameterDecorator {
  const parameter = fromScope((scope: Readonly<Record<string, unknown>>) => scope[name]);
  return () => (controller, key, index) => {
    const handler = (controller as Record<string | symbol, object>)[key ?? ''];
    if (!handler) throw new Error(`${String(key)} is not a handler`);
    Reflect.defineMetadata(REQUIRED_RESOURCES, new Set([...requiredResources(handler), name]), handler);
    parameter()(controller, key, index);
  };
}

const NONE: ReadonlySet<string> = new Set();

function requiredResources(handler: object): ReadonlySet<string> {
  return (Reflect.getMetadata(REQUIRED_RESOURCES, handler) as ReadonlySet<string> | undefined) ?? NONE;
}
