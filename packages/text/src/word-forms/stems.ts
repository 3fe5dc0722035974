/**
 * What inflected forms of a word share, by Snowball's rules of its language.
 * @module
 */
import { createRequire } from 'node:module';

type Stemmer = (word: string) => string;

/** By ISO 639-1 code, as `@orama/stemmers` names them. Hindi's and Nepali's are left out: they cut words down to syllables. */
const MODULES: Readonly<Record<string, string>> = {
  ar: 'arabic',
  bg: 'bulgarian',
  da: 'danish',
  de: 'german',
  el: 'greek',
  en: 'english',
  es: 'spanish',
  fi: 'finnish',
  fr: 'french',
  ga: 'irish',
  hu: 'hungarian',
  hy: 'armenian',
  id: 'indonesian',
  it: 'italian',
  lt: 'lithuanian',
  nb: 'norwegian',
  nl: 'dutch',
  nn: 'norwegian',
  no: 'norwegian',
  pt: 'portuguese',
  ro: 'romanian',
  ru: 'russian',
  sr: 'serbian',
  sv: 'swedish',
  tr: 'turkish',
  uk: 'ukrainian',
};

/** Words whose stems are kept at most, of one language. */
const REMEMBERED = 50_000;

const SHORTEST = 4;

const require = createRequire(import.meta.url);
const loaded = new Map<string, { readonly stem: Stemmer; readonly known: Map<string, string> }>();

/** @param word lower-case @returns null where the language has no stemmer, or the word is too short to have endings */
export function stemOf(word: string, language: string): string | null {
  if (word.length < SHORTEST) return null;
  const stemmer = stemmerOf(language);
  if (!stemmer) return null;
  let stem = stemmer.known.get(word);
  if (stem === undefined) {
    stem = stemmer.stem(word);
    if (stemmer.known.size >= REMEMBERED) stemmer.known.clear();
    stemmer.known.set(word, stem);
  }
  return stem === '' ? null : stem;
}

function stemmerOf(language: string) {
  const module = MODULES[language];
  if (module === undefined) return null;
  let found = loaded.get(module);
  if (!found) {
    found = { stem: (require(`@orama/stemmers/${module}`) as { stemmer: Stemmer }).stemmer, known: new Map() };
    loaded.set(module, found);
  }
  return found;
}
