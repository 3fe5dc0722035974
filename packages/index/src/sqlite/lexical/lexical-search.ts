import type { Vocabulary, WordForms } from '@glot/text';
import type { Database, Statement } from 'better-sqlite3';
import { type PassageSample, type ToldWords, toldWords } from '../../ranking/common-words.js';
import type { QueryFacts } from '../../ranking/evidence.js';
import { maxBm25, type ScoredPassage, settleTies, type TieOrder } from '../../ranking/fusion.js';
import { type Rows, rarities, rowWeights } from '../../ranking/row-weights.js';
import type { CorrectedWord } from '../../words/corrections.js';
import { documentFrequencies, SPELT_COLUMNS, termsOf } from '../../words/passage-words.js';
import type { EligiblePassages } from '../filter/search-filter.js';
import { LanguageSamples } from './language-samples.js';
import { makeVocabulary } from './word-lists.js';
import { type WordRule, wordRuleOf } from './word-rule.js';

/** Matches to score at most, beyond the rarest word: more takes longer than anybody waits. */
const MATCHES = 60_000;

/** More matches than any index holds. */
const EVERY = 2 ** 31 - 1;

/** Matches read behind those that are wanted, since some may share the last score. */
const TIES = 32;

/** BM25 of FTS5 (k1 1.2, b 0.75) over the words of passages and of what stands above them, by the words that a file has. */
export class LexicalSearch {
  readonly rule: WordRule;
  readonly #db: Database;
  readonly #match: Statement;
  readonly #averages: Statement;
  readonly #word: Statement;
  #samples: LanguageSamples | null = null;
  #terms: Readonly<Record<'frequency' | 'some' | 'range', Statement>> | null = null;

  constructor(db: Database) {
    this.#db = db;
    this.rule = wordRuleOf(db);
    this.#averages = db.prepare('SELECT block FROM passage_words_data WHERE id = 1').pluck();
    this.#word = db.prepare('SELECT 1 FROM passage_words WHERE passage_words MATCH ? LIMIT 1');
    this.#match = db.prepare(`
      SELECT rowid AS passageId, -rank AS score FROM passage_words
      WHERE passage_words MATCH ? AND rank MATCH '${this.rule.rank}' ORDER BY rank, rowid LIMIT ?`);
  }

  /** A query's words, to be used at once: what is counted of them is counted once. */
  query(text: string): LexicalQuery {
    return new LexicalQuery(text, this);
  }

  /** At most `limit` passages that match any of the expressions, best first. */
  matches(expressions: readonly string[], limit: number): ScoredPassage[] {
    return expressions.length === 0 ? [] : (this.#match.all(expressions.join(' OR '), limit) as ScoredPassage[]);
  }

  /**
   * Passages that stand now, as FTS5 itself counts them for BM25: counting a million rows takes longer than the search.
   * Its averages record begins with their number, as SQLite writes variable-length integers.
   */
  passages(): number {
    const record = this.#averages.get() as Buffer | undefined;
    return record ? firstVarint(record) : 0;
  }

  /** How common words are in the languages of the index. */
  samples(): readonly PassageSample[] {
    const languages = this.rule.languages();
    if (languages.length < 2) {
      return [{ passages: this.passages(), share: 1, documentFrequency: (word) => this.documentFrequency(word) }];
    }
    this.#samples ??= new LanguageSamples(this.#db);
    return this.#samples.of(languages, String((this.#averages.get() as Buffer | undefined)?.toString('base64')));
  }

  /** Passages that hold the word. */
  documentFrequency(word: string): number {
    return (this.#vocabulary().frequency.get(word) as number | undefined) ?? 0;
  }

  readonly vocabulary: Vocabulary = {
    documentFrequencies: (words) => this.#vocabulary().some.all(JSON.stringify(words)) as [string, number][],
    startingWith: (prefix) => this.#vocabulary().range.all(prefix, `${prefix}\u{10FFFF}`) as [string, number][],
    isWord: (word) => this.#word.get(`{${SPELT_COLUMNS.join(' ')}} : "${word}"`) !== undefined,
  };

  #vocabulary() {
    if (!this.#terms) {
      makeVocabulary(this.#db);
      const of = 'FROM temp.passage_vocabulary WHERE';
      this.#terms = {
        frequency: this.#db.prepare(`SELECT doc ${of} term = ?`).pluck(),
        some: this.#db
          .prepare(
            'SELECT term, doc FROM json_each(?) AS word CROSS JOIN temp.passage_vocabulary AS known ON known.term = word.value',
          )
          .raw(),
        range: this.#db.prepare(`SELECT term, doc ${of} term >= ? AND term < ?`).raw(),
      };
    }
    return this.#terms;
  }
}

interface Term {
  readonly word: string;
  /** In FTS5's query language. */
  readonly expression: string;
}

/** The words of one query against the index as it is now. */
export class LexicalQuery {
  /** Words of the text that were taken for mistyped ones. */
  readonly corrections: readonly CorrectedWord[];
  readonly #asked: readonly WordForms[];
  readonly #told: ToldWords;
  readonly #search: LexicalSearch;
  readonly #terms: readonly Term[];
  readonly #counted = new Map<string, number>();

  constructor(text: string, search: LexicalSearch) {
    this.#search = search;
    const { words, corrections } = search.rule.words(text, (word) => this.#documentFrequency(word), search.vocabulary);
    this.#asked = words;
    this.#told = toldWords(words, search.samples(), (word) => this.#documentFrequency(word));
    this.corrections = corrections;
    const { folded, written } = termsOf(this.#told.words);
    this.#terms = [
      ...folded.map((word) => ({ word, expression: search.rule.folded(word) })),
      ...written.map((word) => ({ word, expression: search.rule.written(word) })),
    ];
  }

  /**
   * Passages that hold any of the words that tell something. Where a query's words stand in very many passages, its commonest words, whose
   * weight is least, do not find passages.
   */
  rank(depth: number, eligible: EligiblePassages | null, order: TieOrder): ScoredPassage[] {
    const expressions = this.#affordable().map(({ expression }) => expression);
    // Which of those with the last score are among them is settled by their order, so all of these are asked for.
    for (let limit = eligible ? EVERY : depth + TIES; ; limit *= 4) {
      const matches = this.#search.matches(expressions, limit);
      const ranked = eligible ? matches.filter(({ passageId }) => eligible.has(passageId)) : matches;
      const last = ranked[depth - 1];
      if (matches.length < limit || !last || ranked.at(-1)!.score < last.score) {
        return settleTies(ranked, order).slice(0, depth);
      }
    }
  }

  /** The highest score that the words of the query can reach, each by the form of it that stands in the index. */
  #maxBm25(): number {
    const frequencies = documentFrequencies(this.#told.words, (word) => this.#documentFrequency(word));
    return maxBm25(frequencies, this.#search.passages());
  }

  /** What is known of the words that are looked for. */
  facts(): Pick<QueryFacts, 'maxBm25' | 'words' | 'known' | 'foreign'> {
    const { words, known, foreign } = this.#told;
    return { maxBm25: this.#maxBm25(), words: words.length, known, foreign };
  }

  /** How much each row of the query's vectors tells, by the words that they stand for. */
  rowWeights(rows: Rows): number[] {
    const documentFrequency = (word: string) => this.#documentFrequency(word);
    return rowWeights(rows, rarities(this.#asked, this.#told, documentFrequency, this.#search.passages()));
  }

  #affordable(): readonly Term[] {
    if (this.#search.passages() * this.#terms.length <= MATCHES) return this.#terms;
    const counted = this.#terms
      .map((term) => ({ term, frequency: this.#documentFrequency(term.word) }))
      .filter(({ frequency }) => frequency > 0);
    counted.sort((a, b) => a.frequency - b.frequency);
    let matches = 0;
    return counted
      .filter(({ frequency }, at) => {
        matches += frequency;
        return at === 0 || matches <= MATCHES;
      })
      .map(({ term }) => term);
  }

  #documentFrequency(word: string): number {
    let frequency = this.#counted.get(word);
    if (frequency === undefined) {
      frequency = this.#search.documentFrequency(word);
      this.#counted.set(word, frequency);
    }
    return frequency;
  }
}

// Seven bits a byte, the highest first; the high bit says that another follows.
function firstVarint(bytes: Buffer): number {
  let value = 0;
  for (const byte of bytes) {
    value = value * 128 + (byte & 127);
    if (byte < 128) break;
  }
  return value;
}
