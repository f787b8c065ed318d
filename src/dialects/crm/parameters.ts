/** Reads the parameters of a call from a JSON body or the query (docs/contracts/crm.md §1). */
import type { Request } from 'express';
import { INTEGER_MAX, isStorableText } from '../../core/index.js';
import { jsonMembers } from '../../http/index.js';
import { CrmError } from './crm.errors.js';
import type { Refused } from './refused-parameters.js';

/** Maximum number of characters of a text. */
const TEXT_MAX = 255;

/** Whether a value stands for none: an empty text, or an object without members. */
function isEmpty(value: unknown): boolean {
  if (typeof value === 'object' && value !== null) return Object.keys(value).length === 0;
  return (value ?? '') === '';
}

export class Parameters {
  constructor(
    private readonly values: Readonly<Record<string, unknown>>,
    /** Whether they come from the query, where every value is text. */
    readonly inQuery = false,
  ) {}

  /** @throws BodyError, InputError if the body is not a JSON object */
  static of(request: Request): Parameters {
    const inQuery = request.method === 'GET' || request.method === 'HEAD';
    return new Parameters(inQuery ? request.query : jsonMembers(request), inQuery);
  }

  /** The raw value; `undefined` if absent. */
  raw(name: string): unknown {
    return Object.hasOwn(this.values, name) ? this.values[name] : undefined;
  }

  /** The names that match and have a value, even if it is `null`. */
  namesLike(pattern: RegExp): string[] {
    return Object.keys(this.values).filter((name) => pattern.test(name) && this.values[name] !== undefined);
  }

  /**
   * Refuses parameters of which the caller expects an effect that they would not have.
   * Empty ones have none.
   * @throws CrmError `invalidParameter`
   */
  refuse({ names, reason }: Refused): void {
    const name = this.namesLike(names).find((each) => !isEmpty(this.values[each]));
    if (name !== undefined) throw new CrmError('invalidParameter', `${name.slice(0, 40)} ${reason}`);
  }

  /**
   * A text; `null` if sent as `null`, `undefined` if absent.
   * @throws CrmError `invalidParameter`
   */
  given(name: string): string | null | undefined {
    const value = this.raw(name);
    if (value === undefined || value === null) return value;
    if (isStorableText(value, 0, TEXT_MAX)) return value;
    throw new CrmError(
      'invalidParameter',
      `${name} must be a string of at most ${String(TEXT_MAX)} characters, well-formed and without NUL`,
    );
  }

  /** A text; `undefined` if absent, `null` or empty. */
  optional(name: string): string | undefined {
    const value = this.given(name);
    return value === null || value === '' ? undefined : value;
  }

  /** @throws CrmError `parameterMissing`, `invalidParameter` */
  required(name: string): string {
    const value = this.optional(name);
    if (value === undefined) throw new CrmError('parameterMissing', name);
    return value;
  }

  /**
   * A whole number, as a number or text; `undefined` if absent, `null` or empty. Larger ones count as the largest, since
   * no account has so many tokens.
   * @throws CrmError `invalidParameter`
   */
  whole(name: string, from: number): number | undefined {
    const value = this.raw(name);
    if (value === undefined || value === null || value === '') return undefined;
    const number = typeof value === 'string' && /^\d+$/.test(value) ? Math.min(Number(value), INTEGER_MAX) : value;
    if (typeof number !== 'number' || !Number.isInteger(number) || number < from) {
      throw new CrmError('invalidParameter', `${name} must be a whole number from ${String(from)}`);
    }
    return Math.min(number, INTEGER_MAX);
  }

  /**
   * The fields that `fields_set` selects, as a comma-separated string or a list of strings. Absent or empty selects all;
   * unknown names select nothing.
   * @param known - the fields that the method returns
   * @throws CrmError `invalidParameter`
   */
  fieldsSet<F extends string>(known: readonly F[]): ReadonlySet<F> {
    const value = this.raw('fields_set');
    if (value === undefined || value === null || value === '') return new Set(known);
    const names: unknown = typeof value === 'string' ? [value] : value;
    if (!Array.isArray(names) || !names.every((name) => typeof name === 'string')) {
      throw new CrmError('invalidParameter', 'fields_set must be a string of field names separated by commas');
    }
    const listed = names.flatMap((name) => name.split(',')).map((name) => name.trim());
    const wanted = new Set(listed.filter((name) => name !== ''));
    return wanted.size === 0 ? new Set(known) : new Set(known.filter((field) => wanted.has(field)));
  }
}
