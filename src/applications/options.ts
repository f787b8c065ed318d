/** The options of applications. */
import type { Values } from '../settings/index.js';
import type { APPLICATION_SETTINGS } from './applications.settings.js';

/** The limits of applications and policies. */
export type ApplicationOptions = Values<typeof APPLICATION_SETTINGS>;

/** Injection token of {@link ApplicationOptions}. */
export const APPLICATION_OPTIONS = Symbol('latchkey:application-options');
