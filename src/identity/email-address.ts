/** E-mail addresses of users. */
import isEmail from 'validator/lib/isEmail.js';
import { isStorableText } from '../core/core.settings.js';

/** Characters of an address at the most (RFC 5321). */
export const EMAIL_MAX = 254;

/** What makes an address unique: they are compared without regard to case. */
export function emailKeyOf(email: string): string {
  return email.toLowerCase();
}

/** Whether a user can have this address. An intranet has addresses without a top-level domain. */
export function isEmailAddress(value: unknown): value is string {
  return (
    isStorableText(value, 1, EMAIL_MAX) &&
    // Some letters become two in lower case.
    isStorableText(emailKeyOf(value), 1, EMAIL_MAX) &&
    isEmail.default(value, { require_tld: false })
  );
}
