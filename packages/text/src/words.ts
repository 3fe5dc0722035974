/**
 * The words of the lexical side, the same for documents and queries: the word-like segments of the NFKC-lowercased
 * text, and pictographs, which Unicode does not count as words but people search for.
 * @module
 */

import { segmenter } from './segmenter.js';

const PICTOGRAPH = /\p{Extended_Pictographic}|\p{Regional_Indicator}/u;

// Who asks for `école` means `l’école` too: Unicode's word rules keep elided articles with their nouns.
const ELISION = /['’]/u;

/** In the order of the text, with repetitions. */
export function wordsOf(text: string): string[] {
  const words: string[] = [];
  for (const { segment, isWordLike } of segmenter('word').segment(text.normalize('NFKC').toLowerCase())) {
    if (isWordLike) words.push(...segment.split(ELISION).filter((part) => part !== ''));
    else if (PICTOGRAPH.test(segment)) words.push(segment);
  }
  return words;
}
