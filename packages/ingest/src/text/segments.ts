/** Sentence, word and grapheme boundaries by `Intl.Segmenter`, as end offsets into the given text. */

const segmenters = new Map<string, Intl.Segmenter>();

function segmenter(lang: string | null, granularity: 'sentence' | 'word' | 'grapheme'): Intl.Segmenter {
  const key = `${lang ?? 'und'} ${granularity}`;
  const known = segmenters.get(key);
  if (known !== undefined) return known;
  const made = new Intl.Segmenter(lang ?? 'und', { granularity });
  segmenters.set(key, made);
  return made;
}

/** Ends of sentences. Line ends inside the text do not end a sentence: the text is one paragraph, perhaps wrapped. */
export function sentenceEnds(text: string, lang: string | null): number[] {
  const unwrapped = text.replace(/[\r\n\u0085\u2028\u2029\v\f]/g, ' ');
  return Array.from(segmenter(lang, 'sentence').segment(unwrapped), ({ index, segment }) => index + segment.length);
}

/** Ends of stretches that may be parted: a word takes along the spaces and punctuation that follow it. */
export function wordEnds(text: string, lang: string | null): number[] {
  const ends: number[] = [];
  for (const { index, isWordLike } of segmenter(lang, 'word').segment(text)) {
    if (isWordLike && index > 0) ends.push(index);
  }
  ends.push(text.length);
  return ends;
}

export function graphemeEnds(text: string): number[] {
  return Array.from(segmenter(null, 'grapheme').segment(text), ({ index, segment }) => index + segment.length);
}
