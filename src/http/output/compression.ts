/**
 * Compresses answers for clients that accept it. Only what is declared by {@link allowCompression} is compressed: lists and
 * documents. An answer with a secret never is, because the length of what is compressed tells what is in it (BREACH).
 */
import compression from 'compression';
import type { Application, Request, RequestHandler, Response } from 'express';

/** What an application uses for the answers that may be compressed; without it, none is. */
const COMPRESSION = new WeakMap<Application, RequestHandler>();

const ENCODINGS = ['br', 'gzip', 'deflate'];

/** @param fromBytes - the smallest answer that is compressed; 0 for none */
export function compressionFrom(fromBytes: number): RequestHandler | undefined {
  if (fromBytes === 0) return undefined;
  // The declaration decides, not the type of the content.
  const compress = compression({ threshold: fromBytes, filter: () => true });
  return (request, response, next) => {
    settleHeaders(request, response, fromBytes);
    compress(request, response, next);
  };
}

/** Called once for an application: its answers are compressed if their handlers allow it. */
export function provideCompression(app: Application, compress: RequestHandler | undefined): void {
  if (compress) COMPRESSION.set(app, compress);
}

/** Declares that the answer holds no secret. To be called before anything of it is sent, and never for a live stream. */
export function allowCompression(response: Response): void {
  COMPRESSION.get(response.app as Application)?.(response.req, response, () => undefined);
}

/** What the library leaves to be done when the headers are sent; runs after its own part. */
function settleHeaders(request: Request, response: Response, fromBytes: number): void {
  const writeHead = response.writeHead.bind(response) as (...words: unknown[]) => Response;
  response.writeHead = (...words: unknown[]): Response => {
    const isCompressed = response.hasHeader('Content-Encoding');
    const length = Number(response.getHeader('Content-Length') ?? 0);
    // HEAD must not give another length than GET would (RFC 9110 §8.6), and that length is not known.
    const isShort = request.method === 'HEAD' && !isCompressed && length >= fromBytes && accepts(request);
    if (isShort) response.removeHeader('Content-Length');
    if (isCompressed || isShort) weakenTag(response);
    return writeHead(...words);
  };
}

function accepts(request: Request): boolean {
  return request.acceptsEncodings(...ENCODINGS) !== false;
}

/** A strong tag says that the bytes are the same (RFC 9110 §8.8.1), which they are not. */
function weakenTag(response: Response): void {
  const tag = response.getHeader('ETag');
  if (typeof tag === 'string' && tag.startsWith('"')) response.setHeader('ETag', `W/${tag}`);
}
