/** Query parameters, as text. */
import type { Request } from 'express';
import { InputError } from './validated-input.js';

/**
 * The value of a parameter, the first if it is given several times; `undefined` when absent.
 * @throws InputError for text that not every part of the system can take
 */
export function queryText(request: Request, name: string): string | undefined {
  const text = given(request, name);
  if (text?.includes('\0')) throw new InputError(name, `${name} must not hold NUL characters`, false);
  return text;
}

/**
 * A parameter that is a whole number.
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
