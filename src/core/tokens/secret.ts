/** A secret held in memory: it prints as `[secret]` wherever it is printed by accident. */
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

  /** The plain text. Every call site is a place where the secret leaves its wrapper. */
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
