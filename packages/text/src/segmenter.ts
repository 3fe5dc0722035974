/** What a user's locale would decide where a language is not known, or not to the runtime. */
const FIXED_LOCALE = 'en';

export type Granularity = 'sentence' | 'word' | 'grapheme';

const segmenters = new Map<string, Intl.Segmenter>();

/**
 * The one segmenter of a language. `und`, and a language that the runtime lacks, would follow the user's locale: the same
 * text must fall apart in the same way everywhere. The rules of English are Unicode's own.
 */
export function segmenter(granularity: Granularity, lang: string | null = null): Intl.Segmenter {
  const key = `${lang} ${granularity}`;
  const known = segmenters.get(key);
  if (known !== undefined) return known;
  const made = new Intl.Segmenter(localeFor(lang), { granularity });
  segmenters.set(key, made);
  return made;
}

function localeFor(lang: string | null): string {
  return lang !== null && lang !== '' && Intl.Segmenter.supportedLocalesOf([lang]).length > 0 ? lang : FIXED_LOCALE;
}
