/** Checks what a host gives as its sign-in, so that a wrong one ends the start and is not found out by somebody at the door. */
import type { Provider, Type } from '@nestjs/common';
import { OptionsError } from '../../../settings/index.js';
import type { HostSignIn, HostSignInParts } from './host-sign-in.js';

/** Injection token of the sign-in of the host; `null` if it has given none. */
export const HOST_SIGN_IN = Symbol('latchkey:host-sign-in');

/** @throws OptionsError for what is no sign-in */
export function signInProvider(given: Type<HostSignIn> | HostSignInParts | undefined): Provider {
  if (given === undefined) return { provide: HOST_SIGN_IN, useValue: null };
  const part: unknown = typeof given === 'function' ? given.prototype : given;
  if (!isSignIn(part)) {
    throw new OptionsError(
      'LatchkeyApiModule was given a `signIn` without the method signedIn: give a class that extends HostSignIn, or an ' +
        'object such as { signedIn: (request) => idOfTheUser }',
    );
  }
  return typeof given === 'function'
    ? { provide: HOST_SIGN_IN, useClass: given }
    : { provide: HOST_SIGN_IN, useValue: given };
}

function isSignIn(part: unknown): boolean {
  return typeof part === 'object' && part !== null && 'signedIn' in part && typeof part.signedIn === 'function';
}

/** @throws OptionsError for addresses to which no browser should be led */
export function checkAddresses({ signInUrl, signOutUrl }: Pick<HostSignInParts, 'signInUrl' | 'signOutUrl'>): void {
  for (const [name, value] of Object.entries({ signInUrl, signOutUrl })) {
    if (value === undefined || isAddress(value)) continue;
    throw new OptionsError(
      `the ${name} of the host's sign-in is ${JSON.stringify(value)}: give a path that begins with one slash, such as ` +
        '"/login", or an address with https:// or http://',
    );
  }
}

function isAddress(value: unknown): boolean {
  if (typeof value !== 'string') return false;
  if (/^\/(?![/\\])/.test(value)) return true;
  return /^https?:\/\//i.test(value) && URL.canParse(value);
}
