/**
 * Reads request bodies once, ahead of any other parser. They are parsed and validated only when a handler takes them,
 * which is after authorization.
 */
import { finished } from 'node:stream';
import { createParamDecorator, type ExecutionContext, type PipeTransform } from '@nestjs/common';
import express, { type Request, type RequestHandler } from 'express';
import { BodyError, InputError } from './input-errors.js';

type Received = { readonly bytes: Buffer } | { readonly error: BodyError };

const RECEIVED = new WeakMap<object, Received>();

/**
 * Reads the whole body whatever its content type, because real clients send JSON with the type of a form, and empty
 * bodies with a JSON type. Keeps the result or the error: the route decides whether a bad body matters.
 */
export function bodyReader(maxBytes: number): RequestHandler {
  const read = express.raw({ type: () => true, limit: maxBytes });
  return (request, response, next) => {
    read(request, response, (error?: unknown) => {
      const body: unknown = request.body;
      RECEIVED.set(
        request,
        error ? { error: bodyError(error, maxBytes) } : { bytes: Buffer.isBuffer(body) ? body : Buffer.alloc(0) },
      );
      request.body = undefined;
      if (error) drain(request, next);
      else next();
    });
  };
}

/** Discards the rest of a refused body; otherwise the next parser, which is a host's, would try to read it. */
function drain(request: Request, next: () => void): void {
  finished(request, () => {
    next();
  });
  request.resume();
}

/**
 * The body as JSON; `undefined` if it is empty.
 * @throws BodyError
 */
function jsonBody(request: Request): unknown {
  const text = textBody(request);
  if (text.trim() === '') return undefined;
  try {
    return JSON.parse(text) as unknown;
  } catch {
    throw new BodyError('not_json', 'the request body is not valid JSON in UTF-8');
  }
}

/** @throws BodyError */
function textBody(request: Request): string {
  const received = RECEIVED.get(request);
  if (!received) throw new Error('no body reader ran for this request');
  if ('error' in received) throw received.error;
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(received.bytes);
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
  for (const [name, value] of new URLSearchParams(textBody(request))) {
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
  return Unread(new InputPipe(read));
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

function bodyError(error: unknown, maxBytes: number): BodyError {
  const { type } = error as { type?: string };
  return type === 'entity.too.large'
    ? new BodyError('too_large', `the request body is larger than ${String(maxBytes)} bytes`)
    : new BodyError('unreadable', 'the request body could not be read');
}
