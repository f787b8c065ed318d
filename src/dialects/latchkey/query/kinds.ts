/** The kinds of parameter that routes declare: texts, choices, times, numbers, flags. An empty value counts as absent. */
import { parseRfc3339 } from '../../../http/index.js';
import { wrongParameter } from '../latchkey.problems.js';
import type { QueryParameter } from './parameters.js';

/** Values in one list. */
const MOST_VALUES = 200;

function first(texts: readonly string[]): string | undefined {
  const [text] = texts;
  return text === '' ? undefined : text;
}

/** @param max - characters */
export function textParameter(description: string, max: number, example?: string): QueryParameter<string | undefined> {
  return {
    description,
    schema: { type: 'string', maxLength: max },
    example,
    read: (name, texts) => {
      const text = first(texts);
      if (text === undefined) return undefined;
      if (text.length <= max && text.isWellFormed()) return text;
      throw wrongParameter(name, `${name} must be at most ${String(max)} characters of well-formed Unicode`);
    },
  };
}

/** One of some values. */
export function choiceParameter<V extends string>(
  description: string,
  values: readonly V[],
  example?: V,
): QueryParameter<V | undefined> {
  return {
    description,
    schema: { type: 'string', enum: [...values] },
    example,
    read: (name, texts) => {
      const text = first(texts);
      return text === undefined ? undefined : chosen(name, text, values);
    },
  };
}

/** Some of some values, given repeatedly or separated by commas. */
export function choicesParameter<V extends string>(
  description: string,
  values: readonly V[],
  example?: V,
): QueryParameter<readonly V[] | undefined> {
  return {
    description,
    schema: { type: 'string', enum: [...values] },
    example,
    isList: true,
    read: (name, texts) => {
      const given = listed(name, texts);
      return given && [...new Set(given.map((text) => chosen(name, text, values)))];
    },
  };
}

/** Texts, given repeatedly or separated by commas. @param form - what each has to match, and what to call that */
export function listParameter(
  description: string,
  form: { readonly pattern: RegExp; readonly expected: string },
  example?: string,
): QueryParameter<readonly string[] | undefined> {
  return {
    description,
    schema: { type: 'string' },
    example,
    isList: true,
    read: (name, texts) => {
      const given = listed(name, texts);
      const wrong = given?.find((text) => !form.pattern.test(text));
      if (wrong !== undefined) throw wrongParameter(name, `${name} must be ${form.expected}`);
      return given;
    },
  };
}

/** A moment, by RFC 3339. */
export function timeParameter(description: string, example?: string): QueryParameter<Date | undefined> {
  return {
    description,
    schema: { type: 'string', format: 'date-time' },
    example,
    read: (name, texts) => {
      const text = first(texts);
      if (text === undefined) return undefined;
      const moment = parseRfc3339(text);
      if (moment) return moment;
      throw wrongParameter(name, `${name} must be an RFC 3339 date and time such as 2030-01-31T12:00:00Z`);
    },
  };
}

export function numberParameter(
  description: string,
  { min, max, usual }: { readonly min: number; readonly max: number; readonly usual: number },
): QueryParameter<number> {
  return {
    description,
    schema: { type: 'integer', minimum: min, maximum: max, default: usual },
    example: usual,
    read: (name, texts) => {
      const text = first(texts);
      if (text === undefined) return usual;
      const value = Number(text);
      if (/^\d{1,9}$/.test(text) && value >= min && value <= max) return value;
      throw wrongParameter(name, `${name} must be a whole number from ${String(min)} to ${String(max)}`);
    },
  };
}

export function flagParameter(description: string): QueryParameter<boolean> {
  return {
    description,
    schema: { type: 'boolean', default: false },
    read: (name, texts) => {
      const text = first(texts);
      if (text === undefined) return false;
      if (text === 'true' || text === 'false') return text === 'true';
      throw wrongParameter(name, `${name} must be true or false`);
    },
  };
}

function listed(name: string, texts: readonly string[]): readonly string[] | undefined {
  const given = texts.flatMap((text) => text.split(',')).filter((text) => text !== '');
  if (given.length > MOST_VALUES) {
    throw wrongParameter(name, `${name} must have at most ${String(MOST_VALUES)} values`);
  }
  return given.length === 0 ? undefined : given;
}

function chosen<V extends string>(name: string, text: string, values: readonly V[]): V {
  const value = values.find((each) => each === text);
  if (value !== undefined) return value;
  throw wrongParameter(name, `${name} must be one of ${values.join(', ')}`);
}
