/**
 * Words over two lines. Whether the hyphen at a line's end belongs to the word, the rest of the document tells; until it is
 * read, a mark stands for it.
 * @module
 */

/** Stands between the parts of a word; no text of a PDF holds it (private use). */
const OPEN = '\ue010';
const OPEN_HYPHEN = new RegExp(`([\\p{L}\\p{M}]+)${OPEN}([\\p{L}\\p{M}]+)`, 'gu');
const WORD = /[\p{L}\p{M}]+(?:-[\p{L}\p{M}]+)*/gu;

/** Words that stand after a hyphen which leaves a part out: `Vor- und Nachteile`, `pre- and postwar`. */
const AFTER_SUSPENDED =
  /^(?:und|oder|bis|sowie|bzw|beziehungsweise|als|noch|and|or|to|nor|but|en|of|tot|och|eller|og|ja|tai|y|o|e|ou|et)(?![\p{L}\p{M}-])/u;

const UNSPACED =
  /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Thai}\p{Script=Lao}\p{Script=Khmer}\p{Script=Myanmar}\u3000-\u303f\uff00-\uffef]/u;

/** Scripts without spaces are joined without one. */
export function joinLines(before: string, after: string): string {
  if (before.endsWith('\u00ad')) return before.slice(0, -1) + after;
  if (/[\p{L}\p{M}\p{N}][-\u2010]$/u.test(before)) {
    if (AFTER_SUSPENDED.test(after)) return `${before} ${after}`;
    if (/\p{L}\p{M}*[-\u2010]$/u.test(before) && /^\p{Ll}/u.test(after)) return `${before.slice(0, -1)}${OPEN}${after}`;
    if (/^[\p{L}\p{N}]/u.test(after)) return `${before}${after}`;
  }
  const last = Array.from(before.slice(-2)).at(-1) ?? '';
  const first = Array.from(after.slice(0, 2))[0] ?? '';
  return UNSPACED.test(last) && UNSPACED.test(first) ? before + after : `${before} ${after}`;
}

/** How often words and compounds are written within lines, in lower case, and the first parts of compounds. */
export interface Vocabulary {
  readonly words: ReadonlyMap<string, number>;
  readonly firstParts: ReadonlySet<string>;
}

export function vocabularyOf(texts: Iterable<string>): Vocabulary {
  const words = new Map<string, number>();
  const firstParts = new Set<string>();
  for (const text of texts) {
    for (const [word] of text.replace(OPEN_HYPHEN, ' ').toLowerCase().matchAll(WORD)) {
      words.set(word, (words.get(word) ?? 0) + 1);
      const hyphen = word.indexOf('-');
      if (hyphen > 0) firstParts.add(word.slice(0, hyphen));
    }
  }
  return { words, firstParts };
}

/** As the document writes the word elsewhere; else without a hyphen, unless its first part often has one. */
export function closeHyphens(text: string, { words, firstParts }: Vocabulary): string {
  if (!text.includes(OPEN)) return text;
  return text
    .replace(OPEN_HYPHEN, (_, before: string, after: string) => {
      const [first, second] = [before.toLowerCase(), after.toLowerCase()];
      const joined = words.get(first + second) ?? 0;
      const hyphened = words.get(`${first}-${second}`) ?? 0;
      const isCompound =
        hyphened !== joined
          ? hyphened > joined
          : joined === 0 && (Array.from(first).length === 1 || firstParts.has(first));
      return isCompound ? `${before}-${after}` : before + after;
    })
    .replaceAll(OPEN, '');
}
