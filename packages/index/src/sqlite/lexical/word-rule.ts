import { type Vocabulary, type WordForms, wordsOf } from '@glot/text';
import type { Database } from 'better-sqlite3';
import type { LanguageShare } from '../../ranking/common-words.js';
import { type CorrectedQuery, correctedQuery } from '../../words/corrections.js';
import {
  FOLDED_COLUMNS,
  LEAST_SHARE,
  QUERY_LANGUAGES,
  QUERY_WORDS,
  WORD_COLUMNS,
  WORD_WEIGHTS,
  wordsOfQuery,
} from '../../words/passage-words.js';
import { storesWordForms } from '../file/stored-parts.js';

/** By which words a file's passages are listed, and so looked for. */
export interface WordRule {
  /** The commonest of the index, by whose rules words are stemmed. */
  languages(): readonly LanguageShare[];
  words(query: string, documentFrequency: (word: string) => number, vocabulary: Vocabulary): CorrectedQuery;
  /** What FTS5 is asked for, for a word or one of its weaker forms. */
  folded(word: string): string;
  /** The same for a word as it was written. */
  written(word: string): string;
  /** FTS5's ranking function with its arguments. */
  readonly rank: string;
}

export function wordRuleOf(db: Database): WordRule {
  return storesWordForms(db) ? formsRule(db) : PLAIN_RULE;
}

/** Of files before format 7: words in lower case, nothing else. */
const PLAIN_RULE: WordRule = {
  languages: () => [],
  words: (query) => ({ words: plainWords(query), corrections: [] }),
  folded: quoted,
  written: quoted,
  rank: 'bm25()',
};

function plainWords(query: string): WordForms[] {
  const words = [...new Set(wordsOf(query))].slice(0, QUERY_WORDS);
  return words.map((base) => ({ base, written: null, parts: [], others: [] }));
}

function formsRule(db: Database): WordRule {
  const languages = db.prepare(`
    WITH counted AS MATERIALIZED (SELECT lang, count(*) AS documents FROM document GROUP BY lang)
    SELECT lang, 1.0 * documents / (SELECT sum(documents) FROM counted) AS share FROM counted
    WHERE lang IS NOT NULL AND share >= ${LEAST_SHARE} ORDER BY documents DESC, lang LIMIT ${QUERY_LANGUAGES}`);
  // Counting the documents takes as long as looking up several words.
  const commonest = lastRead(db, () => languages.all() as LanguageShare[]);
  return {
    languages: commonest,
    words(query, documentFrequency, vocabulary) {
      const rules = commonest().map(({ lang }) => lang);
      return correctedQuery(query, wordsOfQuery(query, rules), rules, documentFrequency, vocabulary);
    },
    folded: (word) => `{${FOLDED_COLUMNS.join(' ')}} : ${quoted(word)}`,
    written: (word) => `written : ${quoted(word)}`,
    rank: `bm25(${WORD_COLUMNS.map((column) => WORD_WEIGHTS[column]).join(', ')})`,
  };
}

// Quoted, a word is a word: no operator, column or prefix of FTS5's query language.
function quoted(word: string): string {
  return `"${word.replaceAll('"', '""')}"`;
}

/** What was read last, until something is written, by this connection or another. */
function lastRead<T>(db: Database, read: () => T): () => T {
  const here = db.prepare('SELECT total_changes()').pluck();
  const elsewhere = db.prepare('PRAGMA data_version').pluck();
  let known: { readonly at: string; readonly value: T } | null = null;
  return () => {
    const at = `${here.get()} ${elsewhere.get()}`;
    if (known?.at !== at) known = { at, value: read() };
    return known.value;
  };
}
