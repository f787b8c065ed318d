/** What callers say of an application, and what they are told. */
import type { AddressPattern } from './address-pattern.js';
import type { PolicyEntry } from './application-policies.js';
import type { Application } from './application.entity.js';
import type { AppliedPolicy } from './applied-policies.js';

/** What callers say of an application. */
export interface ApplicationValues extends Pick<
  Application,
  'name' | 'type' | 'domain' | 'passesPreflight' | 'answersUnauthorized' | 'tokenHeader' | 'sessionDuration' | 'extra'
> {
  readonly addresses: readonly AddressPattern[];
  /** All its policies; `undefined` leaves them as they are. */
  readonly policies?: readonly PolicyEntry[] | undefined;
}

/** An application with its policies in their order. */
export interface ApplicationWithPolicies {
  readonly application: Application;
  readonly policies: readonly AppliedPolicy[];
}
