/** Request bodies: read once, ahead of any other parser, and parsed only when somebody asks. */
import { finished } from 'node:stream';
import { createParamDecorator, type ExecutionContext } from '@nestjs/common';
import express, { type Request, type RequestHandler } from 'express';
import { InputError, members, validated } from './validated-input.js';

/** Why a body cannot be used; each dialect says it in its own form. */
export class BodyError extends Error {
  constructor(
    readonly reason: 'too_large' | 'unreadable' | 'not_json',
    message: string,
  ) {
    super(message);
    this.name = 'BodyError';
  }
}

type Received = { readonly bytes: Buffer } | { readonly error: BodyError };

const RECEIVED = new WeakMap<object, Received>();

/**
 * Reads the whole body whatever its content type (real clients send JSON as a form, and JSON types with nothing in
 * it) and keeps what it got, faults included: the route decides when a bad body matters.
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

/** Takes what is left of a body that was given up, or the next parser, a host's, would try its luck with it. */
function drain(request: Request, next: () => void): void {
  finished(request, () => {
    next();
  });
  request.resume();
}

/**
 * The body as JSON; `undefined` when it is empty.
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

/** The body of a request, looked at only when the route comes to it: after who may do what to which thing. */
export class IncomingBody {
  constructor(private readonly request: Request) {}

  /**
   * The body as an instance of an input class.
   * @throws BodyError, InputError
   */
  as<T extends object>(input: new () => T): T {
    return validated(input, this.json());
  }

  /**
   * The body as plain JSON; `undefined` when it is empty.
   * @throws BodyError
   */
  json(): unknown {
    return jsonBody(this.request);
  }
}

/**
 * The members of a form (`application/x-www-form-urlencoded`), each given once.
 * @throws BodyError; InputError for one that is given twice
 */
export function formMembers(request: Request): ReadonlyMap<string, string> {
  const members = new Map<string, string>();
  for (const [name, value] of new URLSearchParams(textBody(request))) {
    if (members.has(name)) throw new InputError(name, `${name} must be given once`, false);
    members.set(name, value);
  }
  return members;
}

/**
 * The members of a JSON body, nothing more checked than that it is an object.
 * @throws BodyError, InputError
 */
export function jsonMembers(request: Request): Readonly<Record<string, unknown>> {
  return members(jsonBody(request));
}

/** Parameter decorator for an {@link IncomingBody}. Pipes of a host leave it alone. */
export const Incoming = createParamDecorator(
  (_: unknown, context: ExecutionContext) => new IncomingBody(context.switchToHttp().getRequest<Request>()),
);

function bodyError(error: unknown, maxBytes: number): BodyError {
  const { type } = error as { type?: string };
  return type === 'entity.too.large'
    ? new BodyError('too_large', `the request body is larger than ${String(maxBytes)} bytes`)
    : new BodyError('unreadable', 'the request body could not be read');
}
