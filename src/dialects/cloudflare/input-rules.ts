/** Rules for members of request bodies. */
import { ValidateBy } from 'class-validator';
import { InputBy, members } from '../../http/index.js';
import type { JsonObject } from '../../applications/index.js';

/** Decorator: requires that a value passes a check. */
export function Rule(isValid: (value: unknown) => boolean, message: string): PropertyDecorator {
  return ValidateBy({ name: 'rule', validator: { validate: isValid, defaultMessage: () => message } });
}

/** Whether a value is a JSON object. */
export function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/**
 * Parameter decorator for the members of a body that are kept as they are and shown again.
 * @param others - those that are read, and those that the server makes
 */
export function OtherMembers(others: readonly string[]): ParameterDecorator {
  return InputBy((body) => otherMembers(members(body), others));
}

/** The members of an object without some. */
export function otherMembers(given: JsonObject, others: readonly string[]): JsonObject {
  return Object.fromEntries(Object.entries(given).filter(([name]) => !others.includes(name)));
}
