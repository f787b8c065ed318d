/** Reads e-mail addresses: one form for all ways to write the same address, and none that looks like something else. */
import { domainToASCII, domainToUnicode } from 'node:url';
import isEmail from 'validator/lib/isEmail.js';
import { isStorableText } from '../../core/core.settings.js';
import { keyOf, type Flawed, type Label } from './label.js';
import { flawOf } from './plain-text.js';

/** Maximum number of characters of an address (RFC 5321). */
export const EMAIL_MAX = 254;

const NO_ADDRESS: Flawed = { flaw: 'is not a valid e-mail address' };

/**
 * Reads an address. Letters of another width become ordinary ones (NFKC), and a domain in other letters its ASCII form
 * (IDNA). Quoted local parts and domains that are network addresses are refused; domains without a dot are allowed, for
 * intranets.
 */
export function readEmailAddress(given: unknown): Label | Flawed {
  if (!isStorableText(given, 1, EMAIL_MAX)) return NO_ADDRESS;
  const plain = given.normalize('NFKC');
  const at = plain.lastIndexOf('@');
  const [local, domain] = [plain.slice(0, at), plain.slice(at + 1)];
  const flaw = flawOf(given) ?? flawOf(local);
  if (flaw !== undefined) return { flaw };
  const ascii = asciiDomain(domain);
  const text = `${local}@${ascii ?? ''}`;
  if (at < 1 || ascii === undefined || local.startsWith('"') || !isWellFormed(text)) return NO_ADDRESS;
  const read = `${local}@${domainToUnicode(ascii)}`;
  const domainFlaw = flawOf(read);
  return domainFlaw === undefined ? { text, key: keyOf(text), read } : { flaw: domainFlaw };
}

/** Whether a user can have this address. */
export function isEmailAddress(value: unknown): value is string {
  return !('flaw' in readEmailAddress(value));
}

/**
 * What an address is looked up by: its key or, of a text that is no address, the text without regard to case. Existing
 * users may have such texts as addresses.
 */
export function emailKeyOf(email: string): string {
  const address = readEmailAddress(email);
  return 'flaw' in address ? email.toLowerCase() : address.key;
}

/**
 * The keys by which a text is looked up, in this order: users who got their address before addresses were normalized
 * may be stored under the text itself. None for text that no address can be.
 */
export function emailKeysOf(email: string): string[] {
  if (!isStorableText(email, 1, EMAIL_MAX)) return [];
  return [...new Set([email.toLowerCase(), emailKeyOf(email)])];
}

/** The domain in ASCII, as written if it is ASCII already; `undefined` if it is none. */
function asciiDomain(domain: string): string | undefined {
  // Such text would be read as another part of an address on the web.
  if (/[\0-,/:-@[-`{-\x7F]/.test(domain)) return undefined;
  const ascii = domainToASCII(domain);
  // A number is completed to a network address.
  if (ascii === '' || /^[\d.]+$/.test(ascii)) return undefined;
  return ascii === domain.toLowerCase() ? domain : ascii;
}

function isWellFormed(text: string): boolean {
  return isStorableText(text, 1, EMAIL_MAX) && isEmail.default(text, { require_tld: false });
}

/** Whether two texts are the same address, however it is written. */
export function sameAddress(one: string, other: string): boolean {
  return emailKeyOf(one) === emailKeyOf(other);
}
