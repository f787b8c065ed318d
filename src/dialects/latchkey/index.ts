/** Latchkey's own API, as a host imports it. */
export { EXAMPLE_ACCOUNT_ID, latchkeyDocument } from './latchkey.docs.js';
export {
  HostSignIn,
  type HostAnswer,
  type HostRequest,
  type HostSignedIn,
  type HostSignInParts,
} from './host-sign-in/host-sign-in.js';
export { LatchkeyApiModule } from './latchkey.module.js';
export type { LatchkeyApiExtras, LatchkeyApiOptions } from './latchkey.options.js';
export { asVersion31 } from './open-api-31.js';
export { LiveEvents } from './events/live-events.js';
