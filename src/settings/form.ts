/** The forms of values: how they are written as text in the environment and as values in code. */
import { isIP } from 'node:net';
import * as v from 'valibot';

/** How a value is written, checked and described. */
export interface Form<T> {
  /** Validates a value given in code. */
  readonly value: v.GenericSchema<unknown, T>;
  /** Validates and converts the text of an environment variable. */
  readonly text: v.GenericSchema<unknown, T>;
  /** What to give in code, to follow the word "give". */
  readonly expected: string;
  /** The same for an environment variable, if that is written differently. */
  readonly expectedText?: string;
  /** The valid values in a few words, for lists of settings. */
  readonly range?: string;
  /** Writes a value as text. */
  toText(value: T): string;
  /** For a secret of which a part may be shown: writes it with the mask in the place of the rest. */
  toMaskedText?(value: T, mask: string): string;
}

/** A whole number of at most nine digits. */
export function integer(min: number, max: number): Form<number> {
  const value = v.pipe(v.number(), v.integer(), v.minValue(min), v.maxValue(max));
  const range = `${String(min)} to ${String(max)}`;
  return {
    value,
    text: v.pipe(v.string(), v.regex(/^\d{1,9}$/), v.transform(Number), value),
    expected: `a whole number from ${range}`,
    range,
    toText: String,
  };
}

/** One of several words. */
export function choice<const T extends string>(...words: readonly T[]): Form<T> {
  const schema = v.picklist(words);
  return {
    value: schema,
    text: schema,
    expected: words.map((word) => JSON.stringify(word)).join(' or '),
    expectedText: `one of ${words.join(', ')}`,
    range: words.join(', '),
    toText: String,
  };
}

/** `true` or `false`. */
export function flag(): Form<boolean> {
  return {
    value: v.boolean(),
    text: v.pipe(
      v.picklist(['true', 'false']),
      v.transform((text) => text === 'true'),
    ),
    expected: 'true or false',
    toText: String,
  };
}

/** An address or host name to listen on. */
export const HOST_FORM = text(
  (host) => isIP(host) !== 0 || /^[A-Za-z0-9]([A-Za-z0-9.-]*[A-Za-z0-9])?$/.test(host),
  'the address or host name to listen on, for example 127.0.0.1 or 0.0.0.0',
);

/**
 * Text that passes a check.
 * @param expected - what to give instead of text that fails
 * @param problem - what is wrong with text that fails. Default: the text is repeated.
 */
export function text(fits: (text: string) => boolean, expected: string, problem?: string): Form<string> {
  const schema = v.pipe(v.string(), problem === undefined ? v.check(fits) : v.check(fits, problem));
  return { value: schema, text: schema, expected, toText: String };
}
