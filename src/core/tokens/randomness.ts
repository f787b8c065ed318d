/** Recognises given secrets that are obviously not random. */

/** Bits of entropy for each character; random digits have 3.2, random hex has 3.8. */
const LEAST_BITS = 3;

/** Random texts of 43 base64url characters repeat as many characters once in a hundred million times. */
const REPETITION = 6;

/**
 * Whether a text of some 40 characters could be random. It is not if it has few different characters, is a sequence as
 * of the alphabet, or repeats itself. Nothing can tell whether it is a sentence.
 */
export function looksRandom(text: string): boolean {
  const codes = Array.from(text, (character) => character.codePointAt(0) ?? 0);
  const steps = codes.slice(1).map((code, at) => code - (codes[at] ?? 0));
  return entropyOf(codes) >= LEAST_BITS && entropyOf(steps) >= LEAST_BITS && !repeatsItself(text);
}

/** Shannon entropy of one value, in bits. */
function entropyOf(values: readonly number[]): number {
  const counts = new Map<number, number>();
  for (const value of values) counts.set(value, (counts.get(value) ?? 0) + 1);
  const shares = [...counts.values()].map((count) => count / values.length);
  return -shares.reduce((sum, share) => sum + share * Math.log2(share), 0);
}

function repeatsItself(text: string): boolean {
  const seen = new Set<string>();
  for (let at = 0; at + REPETITION <= text.length; at += 1) {
    const part = text.slice(at, at + REPETITION);
    if (seen.has(part)) return true;
    seen.add(part);
  }
  return false;
}
