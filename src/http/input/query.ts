/** Reads query parameters. */
import type { Request } from 'express';
import { InputError } from './input-errors.js';

/**
 * The value of a parameter, or the first value if it is repeated; `undefined` if absent.
 * @throws InputError if the text contains NUL characters, which not every part of the system accepts
 */
export function queryText(request: Request, name: string): string | undefined {
  const text = given(request, name);
  if (text?.includes('\0')) throw new InputError(name, `${name} must not hold NUL characters`, false);
  return text;
}

/**
 * The value of a parameter that must be a whole number; `undefined` if absent.
 * @throws InputError
 */
export function queryNumber(request: Request, name: string, min: number, max: number): number | undefined {
  const text = given(request, name);
  if (text === undefined) return undefined;
  const value = Number(text);
  if (/^\d{1,15}$/.test(text) && value >= min && value <= max) return value;
  throw new InputError(name, `${name} must be a whole number from ${String(min)} to ${String(max)}`, false);
}

function given(request: Request, name: string): string | undefined {
  const value: unknown = request.query[name];
  const first: unknown = Array.isArray(value) ? value[0] : value;
  return typeof first === 'string' ? first : undefined;
}
