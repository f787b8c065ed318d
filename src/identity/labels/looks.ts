/** Tells which texts people cannot tell apart: the skeletons of UTS #39 §4, whatever the case of the letters. */
import { CONFUSABLES } from './confusables.js';

/** The small palochka looks like an `l`; Unicode’s table takes it for an `i`. */
const OURS: readonly (readonly [string, string])[] = [['\u04CF', 'l']];

let table: ReadonlyMap<string, string> | undefined;

/**
 * What the text looks like as it is written, in small and in capital letters. Two texts that share one of these look
 * the same in one of these forms: `paypal` and `paypaI` (a capital I) as written, `demo` and `dem0` in capitals.
 */
export function looksOf(text: string): Set<string> {
  return new Set([text, text.toLowerCase(), text.toUpperCase()].map(skeleton));
}

/** A dot above that the letter has already, as in an `i` with U+0307. */
const SECOND_DOT = /(\p{Soft_Dotted})\u0307/gu;

function skeleton(text: string): string {
  table ??= readTable();
  let looks = '';
  for (const character of text.normalize('NFD').replace(SECOND_DOT, '$1')) looks += table.get(character) ?? character;
  return looks.normalize('NFD');
}

function readTable(): Map<string, string> {
  const pairs = CONFUSABLES.trim()
    .split(/\s/)
    .flatMap((group) => {
      const [look = '', characters = ''] = group.split(':');
      return characters.split(',').map((point) => [textOf(point), textOf(look)] as const);
    });
  return new Map([...pairs, ...OURS]);
}

function textOf(points: string): string {
  return String.fromCodePoint(...points.split('.').map((point) => parseInt(point, 16)));
}
