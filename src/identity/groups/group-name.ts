/** Reads the names of groups, which are unique as people read them. */
import { isStorableText } from '../../core/core.settings.js';
import { keyOf, withSingleSpaces, type Flawed, type Label } from '../labels/label.js';
import { formsOf } from '../labels/name-forms.js';
import { flawOf } from '../labels/plain-text.js';

/** Maximum number of characters of a name. */
export const GROUP_NAME_MAX = 255;

/** Reads a name. Spaces around it are dropped, and those in it become one ordinary space. */
export function readGroupName(given: unknown): Label | Flawed {
  if (!isStorableText(given, 1, GROUP_NAME_MAX)) {
    return { flaw: `must be a string of 1 to ${String(GROUP_NAME_MAX)} characters, well-formed and without NUL` };
  }
  const text = withSingleSpaces(given.normalize('NFC'));
  const read = withSingleSpaces(text.normalize('NFKC'));
  const key = withSingleSpaces(keyOf(read));
  if (key === '') return { flaw: 'must not be empty or only spaces' };
  if (!isStorableText(text, 1, GROUP_NAME_MAX)) return { flaw: 'is too long' };
  const flaw = flawOf(text) ?? flawOf(read);
  return flaw === undefined ? { text, key, read } : { flaw };
}

/** Whether two names are the same or look alike. Texts that are no names never do. */
export function groupNamesClash(one: string, other: string): boolean {
  const [first, second] = [one, other].map(readGroupName);
  if (!first || !second || 'flaw' in first || 'flaw' in second) return false;
  const forms = new Set(formsOf(first));
  return formsOf(second).some((form) => forms.has(form));
}
