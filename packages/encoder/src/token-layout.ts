import type { ModelFiles } from '@glot/checkpoints';
import { GlotError } from '@glot/errors';
import { TextTokenizer } from '@glot/lfm2';
import type { TextSpan } from '@glot/text';
import type { ColbertSettings } from './colbert-settings.js';

/** Ids of one text as the trunk sees them. */
export interface TokenRow {
  readonly ids: readonly number[];
  /** Keys from this position on are hidden from every row. */
  readonly visible: number;
  /** Positions whose vectors are kept, ascending. */
  readonly kept: readonly number[];
}

/**
 * Lays texts out by the conventions of PyLate or sentence-transformers, as the settings say: prefix, expansion of queries,
 * skiplist of documents.
 */
export class TokenLayout {
  readonly #tokenizer: TextTokenizer;
  readonly #settings: ColbertSettings;
  readonly #queryPrefix: number | null;
  readonly #documentPrefix: number | null;
  readonly #expansion: number;
  readonly #skipped: ReadonlySet<number>;

  /**
   * With the tokenizer of a checkpoint folder or .gguf file, or of what is open of it.
   * @throws GlotError `encoder.tokenizer`, `lfm2.*`
   */
  static async load(source: string | ModelFiles, settings: ColbertSettings): Promise<TokenLayout> {
    return new TokenLayout(await TextTokenizer.load(source), settings);
  }

  /** @throws GlotError `encoder.tokenizer` where the tokenizer cannot follow the settings */
  constructor(tokenizer: TextTokenizer, settings: ColbertSettings) {
    this.#tokenizer = tokenizer;
    this.#settings = settings;
    this.#queryPrefix = settings.prefixInText ? null : prefixId(tokenizer, settings.queryPrefix);
    this.#documentPrefix = settings.prefixInText ? null : prefixId(tokenizer, settings.documentPrefix);
    const { expansionToken } = settings;
    const expansion =
      expansionToken === null
        ? (tokenizer.maskId ?? tokenizer.eosId ?? tokenizer.padId)
        : tokenizer.idOf(expansionToken);
    if (settings.queryExpansion && expansion === null) {
      throw unfit(
        expansionToken === null
          ? 'it has neither a mask token nor an EOS token to expand queries with'
          : `the token that expands queries, ${JSON.stringify(expansionToken)}, is not one of its tokens`,
      );
    }
    this.#expansion = expansion ?? 0;
    const skipped = settings.skiplist.map((word) => tokenizer.idOf(word));
    this.#skipped = new Set(skipped.filter((id) => id !== null));
    // The prefix goes in after the first id, and cutting takes off the end: both ask for one marker in front, none behind.
    const [first, ...more] = tokenizer.encode('');
    if (first === undefined || more.length > 0 || tokenizer.encode('a')[0] !== first) {
      throw unfit('it must put exactly one token (BOS) in front of a text and none behind');
    }
  }

  query(text: string): TokenRow {
    const { queryLength, queryExpansion, expansionLength, attendToExpansion } = this.#settings;
    const ids = this.#marked(text, 'query', queryLength);
    const real = ids.length;
    if (queryExpansion) while (ids.length < (expansionLength ?? queryLength)) ids.push(this.#expansion);
    return { ids, visible: attendToExpansion ? ids.length : real, kept: [...ids.keys()] };
  }

  document(text: string): TokenRow {
    const ids = this.#marked(text, 'document', this.#settings.documentLength);
    const kept: number[] = [];
    ids.forEach((id, position) => {
      if (!this.#skipped.has(id)) kept.push(position);
    });
    return { ids, visible: ids.length, kept };
  }

  /**
   * Where in the text each kept row of `query` or `document` comes from; null for markers and expansion rows.
   * @returns [kept]
   */
  spans(text: string, kind: 'query' | 'document'): (TextSpan | null)[] {
    const cleaned = this.#cleaned(text, kind);
    const stripped = this.#stripped(text);
    const inText = cleaned.prefix.length;
    const before = this.#settings.keepsBlanks ? 0 : text.length - text.replace(BLANKS_AT_START, '').length;
    // Lower case can be longer than what it was made of; then nothing can be told.
    const comparable = cleaned.text.length === stripped.length;
    const { kept } = kind === 'query' ? this.query(text) : this.document(text);
    const prefix = kind === 'query' ? this.#queryPrefix : this.#documentPrefix;
    const markers = prefix === null ? 1 : 2;
    const spans = comparable ? this.#tokenizer.spans(cleaned.prefix + cleaned.text) : [];
    return kept.map((position) => {
      const span = spans[position - markers] ?? null;
      const moved = before - inText;
      return span && span.start >= inText ? { start: span.start + moved, end: span.end + moved } : null;
    });
  }

  /** Tokens of the bare text. */
  count(text: string): number {
    return this.#tokenizer.count(this.#cleaned(text, 'document').text);
  }

  #marked(text: string, kind: 'query' | 'document', length: number): number[] {
    const cleaned = this.#cleaned(text, kind);
    const ids = this.#tokenizer.encode(cleaned.prefix + cleaned.text);
    const prefix = kind === 'query' ? this.#queryPrefix : this.#documentPrefix;
    if (prefix === null) return ids.slice(0, length);
    const cut = ids.slice(0, length - 1);
    cut.splice(1, 0, prefix);
    return cut;
  }

  // What the tokenizer is given: the text, and in front of it the prefix where that is part of it.
  #cleaned(text: string, kind: 'query' | 'document'): { readonly prefix: string; readonly text: string } {
    const { prefixInText, queryPrefix, documentPrefix, lowerCase } = this.#settings;
    const stripped = this.#stripped(text);
    return {
      prefix: prefixInText ? (kind === 'query' ? queryPrefix : documentPrefix) : '',
      text: lowerCase ? stripped.toLowerCase() : stripped,
    };
  }

  #stripped(text: string): string {
    return this.#settings.keepsBlanks ? text : text.replace(BLANKS_AT_ENDS, '');
  }
}

// What Python's str.strip takes off; JavaScript's trim knows U+FEFF in addition and lacks U+001C-1F and U+0085.
const BLANK = '[\\t-\\r\\u001c-\\u0020\\u0085\\u00a0\\u1680\\u2000-\\u200a\\u2028\\u2029\\u202f\\u205f\\u3000]';
const BLANKS_AT_START = new RegExp(`^${BLANK}+`);
const BLANKS_AT_ENDS = new RegExp(`^${BLANK}+|(?<!${BLANK})${BLANK}+$`, 'g');

function prefixId(tokenizer: TextTokenizer, prefix: string): number | null {
  if (prefix === '') return null;
  const id = tokenizer.idOf(prefix);
  if (id === null) throw unfit(`the prefix ${JSON.stringify(prefix)} is not one of its tokens`);
  return id;
}

function unfit(problem: string): GlotError {
  return new GlotError('encoder.tokenizer', `the tokenizer does not fit the encoder's settings: ${problem}`);
}
