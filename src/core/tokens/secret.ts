/** A wrapper for secrets in memory, which prints as `[secret]` if it is printed by accident. */
import { inspect } from 'node:util';

const REDACTED = '[secret]';

/**
 * Wraps a plain secret (a token, a password) so that JSON, templates, `inspect` and error
 * messages show `[secret]`. Only mappers and {@link HashingService} call {@link reveal}.
 */
export class Secret {
  readonly #value: string;

  constructor(value: string) {
    this.#value = value;
  }

  /** The plain text. Every call takes the secret out of its wrapper. */
  reveal(): string {
    return this.#value;
  }

  toString(): string {
    return REDACTED;
  }

  toJSON(): string {
    return REDACTED;
  }

  [inspect.custom](): string {
    return REDACTED;
  }
}
