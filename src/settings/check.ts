/** Checks the value of a setting, and describes what is wrong with it. */
import * as v from 'valibot';
import type { Setting } from './setting.js';

/** The valid value, or the problem with it and what to give instead. */
export type Checked = { readonly value: unknown } | { readonly problem: string };

/** Checks a value that was given in code. */
export function checkValue({ form, secret }: Setting<unknown>, value: unknown): Checked {
  const mayBeShown = !secret || typeof value === 'object';
  return checked(form.value, value, mayBeShown ? `is ${shown(value)}` : NOT_VALID, form.expected);
}

/** Checks the text of an environment variable. */
export function checkText({ form, secret }: Setting<unknown>, text: string): Checked {
  return checked(form.text, text, secret ? NOT_VALID : `is ${shown(text)}`, form.expectedText ?? form.expected);
}

const NOT_VALID = 'is not valid';

/** @param otherwise - the problem, if the schema does not describe it itself */
function checked(schema: v.GenericSchema, value: unknown, otherwise: string, expected: string): Checked {
  const result = v.safeParse(schema, value, { abortEarly: true, message: () => otherwise });
  return result.success ? { value: result.output } : { problem: `${result.issues[0].message}; give ${expected}` };
}

/** The value as it would be written in code. Objects are not shown, because they may contain secrets. */
export function shown(value: unknown): string {
  if (typeof value === 'string') return JSON.stringify(value.slice(0, 100));
  return typeof value === 'object' && value !== null ? 'an object' : String(value);
}
