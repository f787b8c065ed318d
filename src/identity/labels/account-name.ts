/** Reads the names of accounts, which are unique and by which some dialects find an account. */
import { isStorableText } from '../../core/core.settings.js';
import { isHexId } from '../hex-id.js';
import { keyOf, withSingleSpaces, type Flawed, type Label } from './label.js';
import { flawOf } from './plain-text.js';

/** Maximum number of characters of a name. */
export const ACCOUNT_NAME_MAX = 255;

/** Reads a name. Spaces around it are dropped, and those in it become one ordinary space. */
export function readAccountName(given: unknown): Label | Flawed {
  if (!isStorableText(given, 1, ACCOUNT_NAME_MAX)) {
    return { flaw: `must be a string of 1 to ${String(ACCOUNT_NAME_MAX)} characters, well-formed and without NUL` };
  }
  const text = withSingleSpaces(given.normalize('NFC'));
  const plain = withSingleSpaces(text.normalize('NFKC'));
  const key = withSingleSpaces(keyOf(plain));
  if (key === '') return { flaw: 'must not be empty or only spaces' };
  if (isHexId(key)) return { flaw: 'must not have the form of an id, 32 hex characters' };
  if (!isStorableText(key, 1, ACCOUNT_NAME_MAX)) return { flaw: 'is too long' };
  const flaw = flawOf(text) ?? flawOf(plain);
  return flaw === undefined ? { text, key, read: plain } : { flaw };
}

/** Whether an account can have this name. */
export function isAccountName(value: unknown): value is string {
  return !('flaw' in readAccountName(value));
}
