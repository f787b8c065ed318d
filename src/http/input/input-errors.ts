/** The errors of request bodies and inputs. Each dialect renders them in its own form. */

/** Why a body cannot be used: its status is that of the answer. */
const STATUS = {
  too_large: 413,
  too_slow: 408,
  /** All bodies that are arriving need too much memory together. */
  memory_full: 503,
  unreadable: 400,
  not_json: 400,
} as const;

/** The reason why a body cannot be used. */
export class BodyError extends Error {
  constructor(
    readonly reason: keyof typeof STATUS,
    message: string,
  ) {
    super(message);
    this.name = 'BodyError';
  }

  get status(): (typeof STATUS)[keyof typeof STATUS] {
    return STATUS[this.reason];
  }

  /** Headers of the answer: when to try again. */
  get headers(): Record<string, string> {
    return this.reason === 'memory_full' ? { 'Retry-After': '1' } : {};
  }
}

/** @param maxBytes - the limit */
export function bodyTooLarge(maxBytes: number): BodyError {
  return new BodyError(
    'too_large',
    `the request body is larger than ${String(maxBytes)} bytes (setting BODY_MAX_BYTES): send less in one request`,
  );
}

/** @param timeoutMs - the limit */
export function bodyTooSlow(timeoutMs: number): BodyError {
  const seconds = String(timeoutMs / 1000);
  return new BodyError(
    'too_slow',
    `the request body took longer than ${seconds} seconds to arrive (setting BODY_TIMEOUT_SECONDS): send it without pauses`,
  );
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
