/** Requires that bodies are declared as JSON: a web page of another site cannot send that without asking first. */
import type { Request } from 'express';
import { Problem } from './latchkey.problems.js';

const JSON_TYPE = /^application\/(json|[\w.+-]+\+json)\s*(;|$)/i;

/** @throws Problem `unsupported-media-type`; a body without a type is taken for JSON */
export function requireJson({ headers }: Request): void {
  const { 'content-type': type, 'content-length': length = '0', 'transfer-encoding': encoding } = headers;
  const isEmpty = length === '0' && encoding === undefined;
  if (type === undefined || isEmpty || JSON_TYPE.test(type)) return;
  throw new Problem(
    'unsupported-media-type',
    'the body must be JSON: send Content-Type: application/json (curl does so with --json)',
  );
}
