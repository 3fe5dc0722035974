import { inflateRawSync } from 'node:zlib';
import type { Database, Statement } from 'better-sqlite3';
import {
  type LanguageShare,
  type PassageSample,
  SAMPLED_DOCUMENTS,
  SAMPLED_FROM,
  SAMPLED_PASSAGES,
  sampleOf,
} from '../../ranking/common-words.js';

interface Row {
  readonly lang: string;
  readonly words: Buffer;
}

/** Longer documents take too long to unpack for a few of their passages. */
const MOST_PASSAGES = 200;

/** How common words are in each of the languages of an index, from some passages of each. */
export class LanguageSamples {
  readonly #select: Statement;
  #of = '';
  #samples: readonly PassageSample[] = [];

  constructor(db: Database) {
    this.#select = db.prepare(`
      SELECT lang, words FROM (
        SELECT id, lang, row_number() OVER (PARTITION BY lang ORDER BY content_hash, path) AS place
        FROM (SELECT id, lang, content_hash, path, passages FROM document ORDER BY path LIMIT ${SAMPLED_FROM})
        WHERE lang IN (SELECT value FROM json_each(?)) AND passages BETWEEN 1 AND ${MOST_PASSAGES}
      ) JOIN document_words ON document_id = id WHERE place <= ${SAMPLED_DOCUMENTS} ORDER BY lang, place`);
  }

  /** @param state of the word lists: while it is the same, what was read of them is kept */
  of(languages: readonly LanguageShare[], state: string): readonly PassageSample[] {
    const key = `${state} ${languages.map(({ lang, share }) => `${lang} ${share}`).join(' ')}`;
    if (key !== this.#of) {
      this.#samples = this.#read(languages);
      this.#of = key;
    }
    return this.#samples;
  }

  #read(languages: readonly LanguageShare[]): PassageSample[] {
    const passages = new Map<string, string[][]>(languages.map(({ lang }) => [lang, []]));
    for (const { lang, words } of this.#select.all(JSON.stringify([...passages.keys()])) as Row[]) {
      for (const row of rowsOf(words).slice(0, SAMPLED_PASSAGES)) passages.get(lang)!.push(row.join(' ').split(' '));
    }
    return languages.map(({ lang, share }) => sampleOf(passages.get(lang)!, share));
  }
}

// What is damaged is left out here, and told of by whoever reads it in full.
function rowsOf(words: Buffer): string[][] {
  try {
    return JSON.parse(inflateRawSync(words).toString()) as string[][];
  } catch {
    return [];
  }
}
