/** Validates and compares e-mail addresses of users. */
import isEmail from 'validator/lib/isEmail.js';
import { isStorableText } from '../core/core.settings.js';

/** Maximum number of characters of an address (RFC 5321). */
export const EMAIL_MAX = 254;

/** The key by which addresses are unique: they are compared ignoring case. */
export function emailKeyOf(email: string): string {
  return email.toLowerCase();
}

/** Whether a user can have this address. Domains without a top-level domain are allowed, for intranets. */
export function isEmailAddress(value: unknown): value is string {
  return (
    isStorableText(value, 1, EMAIL_MAX) &&
    // Some letters become two characters in lower case.
    isStorableText(emailKeyOf(value), 1, EMAIL_MAX) &&
    isEmail.default(value, { require_tld: false })
  );
}
