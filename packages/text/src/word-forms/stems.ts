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

const SHORTEST = 4;

const require = createRequire(import.meta.url);
const loaded = new Map<string, Stemmer>();

/** @param word lower-case @returns null where the language has no stemmer, or the word is too short to have endings */
export function stemOf(word: string, language: string): string | null {
  if (word.length < SHORTEST) return null;
  const stemmer = stemmerOf(language);
  if (!stemmer) return null;
  try {
    return stemmer(word) || null;
  } catch {
    // Bulgarian's fails at words such as браузър, whose endings it would change.
    return null;
  }
}

function stemmerOf(language: string) {
  const module = MODULES[language];
  if (module === undefined) return null;
  let found = loaded.get(module);
  if (!found) {
    found = (require(`@orama/stemmers/${module}`) as { stemmer: Stemmer }).stemmer;
    loaded.set(module, found);
  }
  return found;
}
