/**
 * Conditions on texts that hold another one, whatever the case of its letters: the same on both engines, whose own
 * functions fold other letters, and read `%` and `_` as they are.
 */
import type { ObjectLiteral, SelectQueryBuilder } from 'typeorm';
import { dataSourceOf } from './row-mapper.js';

/** Where in a column a text has to be. A `word` begins at the beginning, or after a space. */
export type TextPlace = 'anywhere' | 'beginning' | 'word';

/** An SQL condition that a column, for example `row.label`, holds the text. */
export type TextMatch = (column: string, place?: TextPlace) => string;

/**
 * Prepares a search for a text, and adds it to the parameters of a query. A query can have one.
 * Letters are the same in both cases, and composed or not; those whose other case has more letters, such as `ß`, in one.
 */
export function textMatch<E extends ObjectLiteral>(query: SelectQueryBuilder<E>, text: string): TextMatch {
  const isPostgres = dataSourceOf(query).options.type === 'postgres';
  const forms = [...new Set(['NFC', 'NFD'].map((form) => foldedText(text.normalize(form))))];
  const others = [...new Set(forms.join(''))].flatMap((letter) =>
    otherCases(letter).map((other) => ({ letter, other })),
  );
  const parameters: Record<string, string> = {};
  for (const [at, form] of forms.entries()) parameters[`text${String(at)}`] = form;
  for (const [at, { letter, other }] of others.entries()) {
    parameters[`letter${String(at)}`] = letter;
    parameters[`other${String(at)}`] = other;
  }
  query.setParameters(parameters);
  // Of this collation PostgreSQL folds ASCII, as SQLite always does, and needs no time for rules of languages.
  const folded = (column: string): string =>
    others.reduce(
      (before, _, at) => `REPLACE(${before}, :other${String(at)}, :letter${String(at)})`,
      isPostgres ? `LOWER(${column} COLLATE "C")` : `LOWER(${column})`,
    );
  // LIKE may take a thousand times as long for long texts.
  const position = isPostgres ? 'STRPOS' : 'INSTR';
  return (column, place = 'anywhere') => {
    const held = place === 'word' ? `' ' || ${folded(column)}` : folded(column);
    const conditions = forms.map((_, at) => {
      const sought = isPostgres ? `CAST(:text${String(at)} AS text)` : `:text${String(at)}`;
      return `${position}(${held}, ${place === 'word' ? `' ' || ` : ''}${sought}) ${place === 'beginning' ? '= 1' : '> 0'}`;
    });
    return `(${conditions.join(' OR ')})`;
  };
}

/** What texts are compared as: small letters, as far as one letter is replaced by one. */
export function foldedText(text: string): string {
  return Array.from(text, foldedLetter).join('');
}

function foldedLetter(letter: string): string {
  const [small = letter, ...more] = letter.toLowerCase();
  if (more.length > 0) return letter;
  return small === 'ς' ? 'σ' : small;
}

/** Letters that are folded to this one, except those of ASCII. */
function otherCases(letter: string): readonly string[] {
  if (letter <= '\u007f') return [];
  return [...new Set([letter.toUpperCase(), ...(MORE_CASES[letter] ?? [])])].filter(
    (other) => other !== letter && foldedText(other) === letter,
  );
}

const MORE_CASES: Readonly<Partial<Record<string, readonly string[]>>> = { σ: ['ς'], ß: ['ẞ'] };
