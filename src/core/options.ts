/** What the core needs to be told. */

export interface CoreOptions {
  /** Cost of bcrypt for what people choose (passwords, pass codes): 4 to 16, each step doubles the time. */
  readonly bcryptCost: number;
}

/** Injection token of {@link CoreOptions}. */
export const CORE_OPTIONS = Symbol('latchkey:core-options');
