/** Finds what makes a text look like something else than it is: hidden characters, and words in mixed alphabets. */

/**
 * Controls, format, private and unassigned characters, line and paragraph separators, what is ignored by default or
 * directs the text, and characters that are blank.
 */
const HIDDEN = /[\p{C}\p{Zl}\p{Zp}\p{Default_Ignorable_Code_Point}\p{Bidi_Control}\u2800\u{1D159}\uFFFC]/u;

/** A mark that belongs to no character of the text. */
const MARK_FIRST = /^\p{M}/u;

const ASCII = /^[\0-\x7F]*$/;

/** What is wrong with a text, to be said after its name; `undefined` if nothing is. */
export function flawOf(text: string): string | undefined {
  if (ASCII.test(text)) return text.search(HIDDEN) < 0 ? undefined : hidden(text);
  if (!text.isWellFormed()) return 'is not well-formed Unicode';
  if (HIDDEN.test(text)) return hidden(text);
  if (MARK_FIRST.test(text)) return 'begins with a mark that needs a letter before it';
  const word = text.match(WORD)?.find((each) => !ASCII.test(each) && !isOfOneScript(each));
  return word === undefined ? undefined : `mixes alphabets in the word ${JSON.stringify(word.slice(0, 50))}`;
}

function hidden(text: string): string {
  const [character = ''] = HIDDEN.exec(text) ?? [];
  const code = (character.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, '0');
  return `has the character U+${code}, which cannot be seen`;
}

/** Letters in a row, with their marks. */
const WORD = /[\p{L}\p{M}]+/gu;

/** The scripts that are in general use (UAX #31, table 5). */
const SCRIPTS = (
  'Arabic Armenian Bengali Bopomofo Cyrillic Devanagari Ethiopic Georgian Greek Gujarati Gurmukhi Han Hangul Hebrew ' +
  'Hiragana Kannada Katakana Khmer Lao Latin Malayalam Myanmar Oriya Sinhala Tamil Telugu Thaana Thai Tibetan'
).split(' ');

/** Those that are written together (UTS #39 §5.2, highly restrictive). */
const TOGETHER = [
  ['Latin', 'Han', 'Hiragana', 'Katakana'],
  ['Latin', 'Han', 'Bopomofo'],
  ['Latin', 'Han', 'Hangul'],
];

const ALLOWED = [...SCRIPTS.map((script) => [script]), ...TOGETHER].map((scripts) => onlyIn(scripts));

/** Letters of any other script: those have no letters in common with the scripts above, but may look like them. */
const OTHERS = new RegExp(`^[^${SCRIPTS.map((script) => `\\p{scx=${script}}`).join('')}]+$`, 'u');

function isOfOneScript(word: string): boolean {
  return OTHERS.test(word) || ALLOWED.some((script) => script.test(word));
}

/** Matches text in these scripts, with characters that all scripts share. */
function onlyIn(scripts: readonly string[]): RegExp {
  return new RegExp(`^[${[...scripts, 'Common', 'Inherited'].map((script) => `\\p{scx=${script}}`).join('')}]+$`, 'u');
}
