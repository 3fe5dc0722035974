/**
 * Under which words a passage is found, and which of them count for how much.
 * @module
 */
import { type WordForms, wordFormsOf } from '@glot/text';
import type { DocumentInput, PassageInput } from '../types.js';

/** Words of one passage, by how much they say. */
export interface PassageWords {
  /** Of the file's name, without its folders and its ending. */
  readonly name: readonly string[];
  /** Of the title, the tags and the headings above the passage. */
  readonly heading: readonly string[];
  readonly body: readonly string[];
  /** What words of all of these are made of, and compounds in one piece. */
  readonly parts: readonly string[];
  /** Other spellings and stems of all of these. */
  readonly forms: readonly string[];
  /** Forms as they were written, where folding changed them. */
  readonly written: readonly string[];
}

export const WORD_COLUMNS = ['name', 'heading', 'body', 'parts', 'forms', 'written'] as const;

/** Columns that hold a word of a query or one of its weaker forms; as it was written, it is looked for in `written` alone. */
export const FOLDED_COLUMNS = ['name', 'heading', 'body', 'parts', 'forms'] as const;

/** Columns that hold words as they are spelt, or parts of these. */
export const SPELT_COLUMNS = ['name', 'heading', 'body', 'parts'] as const;

/** What an occurrence counts for; see `eval/reports/words.md`. */
export const WORD_WEIGHTS: Readonly<Record<keyof PassageWords, number>> = {
  name: 1.5,
  heading: 1,
  body: 1,
  parts: 0.8,
  forms: 0.3,
  written: 0.1,
};

export type WordedDocument = Pick<DocumentInput, 'path' | 'title' | 'lang' | 'meta'>;

export type WordedPassage = Pick<PassageInput, 'headings' | 'text' | 'lang'>;

/** Front matter by these names tells what a document is about. */
const TAG_KEYS = /^(?:tags?|keywords?|categor(?:y|ies))$/iu;

/** Words of the documents of one path: what they share is split once. */
export function wordsOfPassage(document: WordedDocument, passage: WordedPassage): PassageWords {
  const lang = passage.lang ?? document.lang;
  const languages = lang === null ? [] : [lang];
  const name = repeated(nameOf(document.path), languages);
  // The first heading of a page is often its title: counted once.
  const headings = passage.headings.filter((heading) => heading !== document.title);
  const heading = [document.title ?? '', ...tagsOf(document), ...headings].flatMap((text) => repeated(text, languages));
  const body = wordFormsOf(passage.text, languages);
  const all = [...name, ...heading, ...body];
  return {
    name: name.map(({ base }) => base),
    heading: heading.map(({ base }) => base),
    body: body.map(({ base }) => base),
    parts: all.flatMap(({ parts }) => parts),
    forms: all.flatMap(({ others }) => others),
    written: all.flatMap(({ written }) => written ?? []),
  };
}

/** Names, titles and headings that were split last: the next passage has them too. */
const recent = new Map<string, readonly WordForms[]>();
const RECENT = 32;

function repeated(text: string, languages: readonly string[]): readonly WordForms[] {
  const key = `${languages.join(' ')} ${text}`;
  let words = recent.get(key);
  if (!words) {
    words = wordFormsOf(text, languages);
    if (recent.size >= RECENT) recent.delete(recent.keys().next().value!);
    recent.set(key, words);
  }
  return words;
}

function nameOf(path: string): string {
  const file = path.slice(Math.max(path.lastIndexOf('/'), path.lastIndexOf('\\')) + 1);
  return file.replace(/(?<=.)\.[^.]*$/u, '').replaceAll(/[-_.]+/g, ' ');
}

function tagsOf({ meta }: WordedDocument): string[] {
  return Object.entries(meta).flatMap(([key, value]) => (TAG_KEYS.test(key) ? [value] : []));
}

/** Languages whose rules a query's words are stemmed by: the commonest of the index. */
export const QUERY_LANGUAGES = 8;

/** Of the documents, for a language's rules to be tried. */
export const LEAST_SHARE = 0.02;

/** Words of a query beyond this many different ones are ignored. */
export const QUERY_WORDS = 512;

/** Each word once. */
export function wordsOfQuery(text: string, languages: readonly string[]): WordForms[] {
  const words = new Map<string, WordForms>();
  for (const word of wordFormsOf(text, languages)) {
    const known = words.get(word.base);
    words.set(word.base, {
      base: word.base,
      written: known?.written ?? word.written,
      parts: [...(known?.parts ?? []), ...word.parts],
      others: [...(known?.others ?? []), ...word.others],
    });
    if (words.size === QUERY_WORDS) break;
  }
  return [...words.values()];
}

/** What a query is looked for by: words in the folded columns, and such as were written in `written`. */
export interface QueryTerms {
  readonly folded: readonly string[];
  readonly written: readonly string[];
}

export function termsOf(words: readonly WordForms[]): QueryTerms {
  return {
    folded: [...new Set(words.flatMap(({ base, parts, others }) => [base, ...parts, ...others]))],
    written: [...new Set(words.flatMap(({ written }) => written ?? []))],
  };
}

/**
 * For each word of a query in how many passages it stands, or, where it stands nowhere, the commonest of its weaker
 * forms that does.
 */
export function documentFrequencies(
  words: readonly WordForms[],
  documentFrequency: (word: string) => number,
): number[] {
  return words.map(
    ({ base, parts, others }) =>
      documentFrequency(base) || Math.max(0, ...[...parts, ...others].map(documentFrequency)),
  );
}
