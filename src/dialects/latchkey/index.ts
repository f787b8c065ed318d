/** Latchkey's own API, as a host imports it. */
export { EXAMPLE_ACCOUNT_ID, latchkeyDocument } from './latchkey.docs.js';
export { LatchkeyApiModule } from './latchkey.module.js';
export type { LatchkeyApiOptions } from './latchkey.options.js';
export { asVersion31 } from './open-api-31.js';
export { LiveEvents } from './events/live-events.js';
