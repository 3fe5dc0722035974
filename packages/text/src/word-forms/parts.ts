/**
 * What a word is made of, where it is a name of a program, a number with its unit or a compound.
 * @module
 */

/** Between the parts of a name: `bar.baz`, `atomic_write_json`. */
const SEPARATOR = /[._:·・'’\u200C]+/u;

/** Where the case turns: `get|User|By|Id`, `HTTP|Server`. */
const TURN = /(?<=[\p{Ll}\p{Nd}])(?=\p{Lu})|(?<=\p{Lu})(?=\p{Lu}\p{Ll})/u;

/** A number with its unit. */
const MEASURE = /^(\p{Nd}[\p{Nd}.,]*)(\p{L}{1,4})$/u;

const NUMERIC = /^[\p{Nd}.,]+$/u;

/** @param word as it was written @returns parts in their order; none where it is of one piece */
export function partsOf(word: string): string[] {
  const measure = MEASURE.exec(word);
  if (measure) return measure.slice(1, 3);
  if (NUMERIC.test(word)) return [];
  const parts = word
    .split(SEPARATOR)
    .flatMap((piece) => piece.split(TURN))
    .filter((part) => part !== '');
  return parts.length > 1 ? parts : [];
}

const THOUSANDS = /^\p{Nd}{1,3}(?:[.,’']\p{Nd}{3})+$/u;

/** The word without what separates its parts: `nodejs` of `Node.js`, `10000` of `10,000`. Null where nothing does. */
export function joinedParts(word: string): string | null {
  if (NUMERIC.test(word)) return THOUSANDS.test(word) ? word.replace(/[.,’']/g, '') : null;
  if (!SEPARATOR.test(word)) return null;
  const joined = word.split(SEPARATOR).join('');
  return joined === '' ? null : joined;
}
