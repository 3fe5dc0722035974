import type { Tokenizer } from '@huggingface/tokenizers';
import * as z from 'zod';
import { type BytePairModel, BytePairs } from './byte-pairs.js';

// The large lists are looked at where they are used.
const Absent = z.union([z.null(), z.literal('')]).optional();
const Supported = z.looseObject({
  model: z.looseObject({
    type: z.literal('BPE'),
    unk_token: z.null().optional(),
    continuing_subword_prefix: Absent,
    continuing_subword_suffix: Absent,
    end_of_word_suffix: Absent,
    byte_fallback: z.literal(false).optional(),
    ignore_merges: z.boolean().optional(),
  }),
  pre_tokenizer: z.looseObject({ type: z.literal('Sequence'), pretokenizers: z.array(z.looseObject({})).min(1) }),
  added_tokens: z.array(z.looseObject({ id: z.number(), content: z.string().min(1) })),
});
const ByteLevel = z.looseObject({
  type: z.literal('ByteLevel'),
  add_prefix_space: z.literal(false),
  use_regex: z.literal(false),
});
const Config = z.looseObject({
  remove_space: z.literal(false).optional(),
  do_lowercase_and_remove_accent: z.literal(false).optional(),
});

interface PreTokenizer {
  pre_tokenize(text: string | string[]): string[];
}

/**
 * Ids of texts under byte-level BPE, by the library's normalizer and pre-tokenizer and by our own merging. What it cannot
 * do, such as texts that name special tokens, it leaves to the library.
 */
export class PieceTokenizer {
  readonly #tokenizer: Tokenizer;
  readonly #split: readonly PreTokenizer[];
  readonly #pairs: BytePairs;
  /** Finds added tokens in a text, normalized or not; null where there are none. */
  readonly #added: RegExp | null;

  /** @param json tokenizer.json @param config tokenizer_config.json; null where the tokenizer is of another kind */
  static of(tokenizer: Tokenizer, json: object, config: object): PieceTokenizer | null {
    const parsed = Supported.safeParse(json);
    const steps = (tokenizer.pre_tokenizer as { readonly tokenizers?: readonly PreTokenizer[] } | null)?.tokenizers;
    if (!parsed.success || !Config.safeParse(config).success || !Array.isArray(steps)) return null;
    const { model, pre_tokenizer, added_tokens: added } = parsed.data;
    if (!ByteLevel.safeParse(pre_tokenizer.pretokenizers.at(-1)).success) return null;
    const { vocab, merges } = model as unknown as {
      vocab: BytePairModel['vocab'];
      merges: readonly (string | [string, string])[];
    };
    if (added.some(({ id, content }) => (vocab[content] ?? id) !== id)) return null;
    const pairs = BytePairs.of({
      vocab,
      merges: merges.map((merge) => (typeof merge === 'string' ? (merge.split(' ', 2) as [string, string]) : merge)),
      ignoreMerges: model.ignore_merges ?? false,
    });
    if (pairs === null) return null;
    const contents = added.flatMap(({ content }) => [content, tokenizer.normalizer?.normalize(content) ?? content]);
    return new PieceTokenizer(
      tokenizer,
      steps.slice(0, -1),
      pairs,
      anyOf(new Set(contents.filter((content) => content !== ''))),
    );
  }

  private constructor(tokenizer: Tokenizer, split: readonly PreTokenizer[], pairs: BytePairs, added: RegExp | null) {
    this.#tokenizer = tokenizer;
    this.#split = split;
    this.#pairs = pairs;
    this.#added = added;
  }

  /** Ids of the bare text, piece by piece; null where the library must do it. */
  pieces(text: string): (readonly number[])[] | null {
    if (this.#added?.test(text)) return null;
    const normal = this.#tokenizer.normalizer?.normalize(text) ?? text;
    if (normal !== text && this.#added?.test(normal)) return null;
    if (normal === '') return [];
    let pieces = [normal];
    for (const step of this.#split) pieces = step.pre_tokenize(pieces);
    const all: (readonly number[])[] = [];
    for (const piece of pieces) {
      const ids = this.#pairs.ids(piece);
      if (ids === null) return null;
      all.push(ids);
    }
    return all;
  }
}

function anyOf(contents: ReadonlySet<string>): RegExp | null {
  if (contents.size === 0) return null;
  return new RegExp(Array.from(contents, (content) => content.replace(/[\\^$.*+?()[\]{}|/]/g, '\\$&')).join('|'));
}
