/** Checks a value against a schema, and says in words for people what is wrong with it. */
import * as v from 'valibot';
import type { Setting } from './setting.js';

/** A value that fits, or what is wrong with it and what to give instead. */
export type Checked = { readonly value: unknown } | { readonly problem: string };

/** Checks what code has given. */
export function checkValue({ form, secret }: Setting<unknown>, value: unknown): Checked {
  const mayBeShown = !secret || typeof value === 'object';
  return checked(form.value, value, mayBeShown ? `is ${shown(value)}` : NOT_VALID, form.expected);
}

/** Checks what the environment has given. */
export function checkText({ form, secret }: Setting<unknown>, text: string): Checked {
  return checked(form.text, text, secret ? NOT_VALID : `is ${shown(text)}`, form.expectedText ?? form.expected);
}

const NOT_VALID = 'is not valid';

/** @param otherwise - what is wrong where the schema has no words of its own for it */
function checked(schema: v.GenericSchema, value: unknown, otherwise: string, expected: string): Checked {
  const result = v.safeParse(schema, value, { abortEarly: true, message: () => otherwise });
  return result.success ? { value: result.output } : { problem: `${result.issues[0].message}; give ${expected}` };
}

/** As code has it; of objects only that they are some, for there may be secrets in them. */
export function shown(value: unknown): string {
  if (typeof value === 'string') return JSON.stringify(value.slice(0, 100));
  return typeof value === 'object' && value !== null ? 'an object' : String(value);
}
