/** Request bodies as JSON or forms. They are received after authorization, and parsed when a handler takes them. */
import { createParamDecorator, type ExecutionContext, type PipeTransform } from '@nestjs/common';
import type { Request } from 'express';
import { bodyOf } from './incoming-body.js';
import { BodyError, InputError } from './input-errors.js';

/** Bodies of these methods mean nothing and stay unread, unless the handler takes one. */
const WITHOUT_BODY = new Set(['GET', 'HEAD', 'DELETE', 'OPTIONS', 'TRACE']);

const TAKES_BODY = 'latchkey:takes-body';

/**
 * Waits until the body of a request has arrived. A body that cannot be used is reported when a handler takes it: the
 * route decides whether it matters.
 */
export async function receiveBody(request: Request, handler: object): Promise<void> {
  const isWanted = !WITHOUT_BODY.has(request.method) || Reflect.getMetadata(TAKES_BODY, handler) === true;
  if (isWanted) await bodyOf(request)?.receive();
}

/**
 * The body as JSON; `undefined` if it is empty.
 * @throws BodyError
 */
function jsonBody(request: Request): unknown {
  const text = bodyText(request);
  if (text.trim() === '') return undefined;
  try {
    return JSON.parse(text) as unknown;
  } catch {
    throw new BodyError('not_json', 'the request body is not valid JSON in UTF-8');
  }
}

const UTF8 = new TextDecoder('utf-8', { fatal: true });

/** The body as text; empty if there is none. @throws BodyError */
export function bodyText(request: Request): string {
  const bytes = bodyOf(request)?.content();
  if (!bytes) return '';
  try {
    return UTF8.decode(bytes);
  } catch {
    throw new BodyError('not_json', 'the request body is not valid JSON in UTF-8');
  }
}

/**
 * The members of a form (`application/x-www-form-urlencoded`), each of which may occur once.
 * @throws BodyError; InputError for a repeated member
 */
export function formMembers(request: Request): ReadonlyMap<string, string> {
  const members = new Map<string, string>();
  for (const [name, value] of new URLSearchParams(bodyText(request))) {
    if (members.has(name)) throw new InputError(name, `${name} must be given once`, false);
    members.set(name, value);
  }
  return members;
}

/** The members of a JSON object; an absent body (`undefined`) has none. */
export function members(body: unknown): Readonly<Record<string, unknown>> {
  if (body === undefined) return {};
  if (typeof body !== 'object' || body === null || Array.isArray(body)) {
    throw new InputError(null, 'the request body must be a JSON object', false);
  }
  return body as Record<string, unknown>;
}

/**
 * The members of a JSON body; only checks that it is an object.
 * @throws BodyError, InputError
 */
export function jsonMembers(request: Request): Readonly<Record<string, unknown>> {
  return members(jsonBody(request));
}

/**
 * Parameter decorator for the JSON body as read by a function. An empty body is `undefined`.
 * @throws BodyError, and the errors of the function
 */
export function InputBy(read: (body: unknown) => unknown): ParameterDecorator {
  const parameter = Unread(new InputPipe(read));
  return (controller, key, index) => {
    Reflect.defineMetadata(TAKES_BODY, true, (controller as Record<string | symbol, object>)[key ?? ''] ?? {});
    parameter(controller, key, index);
  };
}

/** A body that is not parsed yet. A host's pipes do not touch it. */
class UnreadBody {
  constructor(readonly request: Request) {}
}

const Unread = createParamDecorator(
  (_: unknown, context: ExecutionContext) => new UnreadBody(context.switchToHttp().getRequest<Request>()),
);

class InputPipe implements PipeTransform<UnreadBody> {
  constructor(private readonly read: (body: unknown) => unknown) {}

  transform({ request }: UnreadBody): unknown {
    return this.read(jsonBody(request));
  }
}
