/** The options of assertions. */
import type { Values } from '../settings/index.js';
import type { ASSERTION_SETTINGS } from './assertions.settings.js';

/** Issuer and life of assertions, and the keys that sign them. */
export type AssertionOptions = Values<typeof ASSERTION_SETTINGS>;

/** Injection token of {@link AssertionOptions}. */
export const ASSERTION_OPTIONS = Symbol('latchkey:assertion-options');
