/**
 * Which passages hold a phrase, or do not.
 * @module
 */
import type { Database, Statement } from 'better-sqlite3';
import { type PassageWords, WORD_COLUMNS } from '../../words/passage-words.js';
import { columnsOf, holdsPhrase, type Phrase, type Phrases } from '../../words/phrases.js';
import { storesWordForms } from '../file/stored-parts.js';
import { EligiblePassages } from '../filter/search-filter.js';
import { spellingsOf } from './spellings.js';
import { WordLists } from './word-lists.js';

interface Candidate {
  readonly id: number;
  readonly first: number;
}

export class PhraseSearch {
  readonly #db: Database;
  readonly #match: Statement;
  readonly #hasForms: boolean;
  #lists: WordLists | null = null;

  constructor(db: Database) {
    this.#db = db;
    this.#hasForms = storesWordForms(db);
    this.#match = db.prepare('SELECT rowid FROM passage_words WHERE passage_words MATCH ?').pluck();
  }

  /** Of these passages those that hold what is wanted, and nothing of what is not. */
  narrowed(eligible: EligiblePassages, { wanted, unwanted }: Phrases): EligiblePassages {
    const wantedIn = wanted.map((phrase) => this.#holders(phrase));
    const unwantedIn = unwanted.map((phrase) => this.#holders(phrase));
    return EligiblePassages.of(eligible, (id) => {
      return wantedIn.every((holders) => holders.has(id)) && !unwantedIn.some((holders) => holders.has(id));
    });
  }

  #holders(phrase: Phrase): ReadonlySet<number> {
    if (phrase.joined !== null && this.#hasForms) return new Set(this.#holdersOfJoined(phrase, phrase.joined));
    const columns = this.#hasForms ? columnsOf(phrase) : ['heading', 'body'];
    const words = phrase.words.join(' ').replaceAll('"', '""');
    return new Set(this.#match.all(`{${columns.join(' ')}} : "${words}"`) as number[]);
  }

  *#holdersOfJoined(phrase: Phrase, joined: string): Generator<number> {
    this.#lists ??= new WordLists(this.#db);
    for (const { id, first } of this.#documentsWith(joined)) {
      for (const [at, row] of this.#lists.rows(id).entries()) {
        const words = Object.fromEntries(WORD_COLUMNS.map((column, place) => [column, row[place]!.split(' ')]));
        if (holdsPhrase(phrase, words as unknown as PassageWords)) yield first + at;
      }
    }
  }

  /** Documents that have every character somewhere, however it is written: few of which hold all of them in a row. */
  #documentsWith(joined: string): Candidate[] {
    const spelt = [...new Set(joined)].map(spellingsOf).filter((spellings) => spellings.length > 0);
    const inText = (text: string, spellings: readonly string[]) =>
      `(${spellings.map(() => `instr(${text}, ?) > 0`).join(' OR ')})`;
    const conditions = spelt.map(
      (spellings) => `(
        EXISTS (SELECT 1 FROM document_text WHERE document_id = document.id AND ${inText('text', spellings)})
        OR ${inText("path || coalesce(title, '') || meta", spellings)})`,
    );
    return this.#db
      .prepare(`SELECT id, first_passage AS first FROM document WHERE ${['passages > 0', ...conditions].join(' AND ')}`)
      .all(...spelt.flatMap((spellings) => [...spellings, ...spellings])) as Candidate[];
  }
}
