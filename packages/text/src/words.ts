/**
 * The words of the lexical side, the same for documents and queries: the word-like segments of the NFKC-lowercased
 * text, and pictographs, which Unicode does not count as words but people search for.
 */

// Word rules must not follow the user's locale, or an index would not survive a change of machine.
// `und` would: it resolves to the default locale. English has no word rules beyond the root ones.
const SEGMENTER = new Intl.Segmenter('en', { granularity: 'word' });

const PICTOGRAPH = /\p{Extended_Pictographic}|\p{Regional_Indicator}/u;

// Who asks for `école` means `l’école` too: Unicode's word rules keep elided articles with their nouns.
const ELISION = /['’]/u;

/** In the order of the text, with repetitions. */
export function wordsOf(text: string): string[] {
  const words: string[] = [];
  for (const { segment, isWordLike } of SEGMENTER.segment(text.normalize('NFKC').toLowerCase())) {
    if (isWordLike) words.push(...segment.split(ELISION).filter((part) => part !== ''));
    else if (PICTOGRAPH.test(segment)) words.push(segment);
  }
  return words;
}
