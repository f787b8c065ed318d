/** The errors of request bodies and inputs. Each dialect renders them in its own form. */

/** The reason why a body cannot be used. */
export class BodyError extends Error {
  constructor(
    readonly reason: 'too_large' | 'unreadable' | 'not_json',
    message: string,
  ) {
    super(message);
    this.name = 'BodyError';
  }
}

/** The first validation error of an input. */
export class InputError extends Error {
  constructor(
    /** The invalid member, with a dotted name if nested; `null` if the input is not an object. */
    readonly field: string | null,
    message: string,
    /** Whether the member is missing or `null`. */
    readonly missing: boolean,
  ) {
    super(message);
    this.name = 'InputError';
  }
}
