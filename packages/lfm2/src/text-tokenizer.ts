import { type ModelFiles, withModelFiles } from '@glot/checkpoints';
import { GlotError } from '@glot/errors';
import type { TextSpan } from '@glot/text';
import { Tokenizer } from '@huggingface/tokenizers';
import * as z from 'zod';
import { PieceTokenizer } from './piece-tokenizer.js';
import { type Spelling, tokenSpans } from './token-spans.js';

const SpecialToken = z
  .union([z.string(), z.object({ content: z.string() }).transform((token) => token.content)])
  .nullish();

const TokenizerConfig = z.looseObject({
  bos_token: SpecialToken,
  eos_token: SpecialToken,
  pad_token: SpecialToken,
  mask_token: SpecialToken,
});

/** Characters that the library reads alone, before what reads more of them quicker is made: a query must not wait for it. */
const FEW_CHARACTERS = 8192;

/** Text to token ids by a checkpoint's own tokenizer.json. */
export class TextTokenizer {
  /** Ids that tokenizer_config.json names; null where it names none. */
  readonly bosId: number | null;
  readonly eosId: number | null;
  readonly padId: number | null;
  readonly maskId: number | null;
  /** One more than the largest id; rows of an embedding table from here on stand for nothing. */
  readonly size: number;
  readonly #tokenizer: Tokenizer;
  readonly #makePieces: () => PieceTokenizer | null;
  #pieces: PieceTokenizer | null = null;
  /** Ids that stand in front of and behind those of any text; null where they can't be told from its own. */
  #around: IdsAround | null = null;
  #charactersRead = 0;
  readonly #spelling: Spelling;

  /**
   * @param source a checkpoint folder or GGUF file, or what is open of it
   * @throws GlotError `lfm2.not-found`, `lfm2.json`, `lfm2.gguf`, `lfm2.tokenizer`
   */
  static load(source: string | ModelFiles): Promise<TextTokenizer> {
    return withModelFiles(source, async (files) => {
      const [{ json, path }, { json: config, path: configPath }] = await Promise.all([
        files.tokenizer(),
        files.tokenizerConfig(),
      ]);
      const parsed = TokenizerConfig.safeParse(config);
      if (!parsed.success || typeof json !== 'object' || json === null) {
        throw unusable(parsed.success ? path : configPath, parsed.error);
      }
      try {
        return new TextTokenizer(json, parsed.data);
      } catch (cause) {
        throw unusable(path, cause);
      }
    });
  }

  private constructor(json: object, config: z.infer<typeof TokenizerConfig>) {
    this.size = sizeOf(json);
    this.#spelling = spellingOf(json);
    this.#tokenizer = new Tokenizer(json, config);
    this.#makePieces = () => PieceTokenizer.of(this.#tokenizer, json, config);
    this.bosId = this.#named(config.bos_token);
    this.eosId = this.#named(config.eos_token);
    this.padId = this.#named(config.pad_token);
    this.maskId = this.#named(config.mask_token);
  }

  /**
   * Ids of a text with the special tokens that the tokenizer puts around it. Special tokens written in the text
   * become their ids, as the reference tokenizers do it.
   * @throws GlotError `lfm2.tokenizer` where a piece has no id and the tokenizer no token for unknown ones
   */
  encode(text: string): number[] {
    return this.#ids(text, true);
  }

  /** Ids of the text alone; special tokens written in it become their ids. @throws GlotError as `encode` */
  encodeBare(text: string): number[] {
    return this.#ids(text, false);
  }

  /**
   * Where in the text each id of `encodeBare` comes from, in whole graphemes and without blanks around; null where that is
   * nothing or can't be told.
   */
  spans(text: string): (TextSpan | null)[] {
    const tokens = this.#tokenizer.tokenize(text, { add_special_tokens: false });
    return tokenSpans(text, tokens, (part) => this.#tokenizer.normalizer?.normalize(part) ?? part, this.#spelling);
  }

  /** Number of ids of the bare text, without special tokens around it. */
  count(text: string): number {
    const pieces = this.#piecesOf(text);
    if (pieces === null) return this.#ids(text, false).length;
    let count = 0;
    for (const { length } of pieces) count += length;
    return count;
  }

  /** The text that ids stand for, special tokens included. */
  decode(ids: readonly number[]): string {
    return ids.length === 0 ? '' : this.#tokenizer.decode([...ids]);
  }

  /** Id of one token as the vocabulary spells it, or null. */
  idOf(token: string): number | null {
    return this.#tokenizer.token_to_id(token) ?? null;
  }

  #ids(text: string, special: boolean): number[] {
    const pieces = this.#piecesOf(text);
    if (pieces === null || (special && this.#around === null)) return this.#idsByLibrary(text, special);
    const { before, behind } = special ? this.#around! : NOTHING_AROUND;
    const ids = [...before];
    for (const piece of pieces) for (const id of piece) ids.push(id);
    ids.push(...behind);
    return ids;
  }

  // Null where the library must read the text.
  #piecesOf(text: string): (readonly number[])[] | null {
    if (this.#charactersRead < FEW_CHARACTERS) {
      this.#charactersRead += text.length;
      if (this.#charactersRead < FEW_CHARACTERS) return null;
      this.#pieces = this.#makePieces();
      this.#around = this.#pieces && this.#idsAround();
    }
    return this.#pieces?.pieces(text) ?? null;
  }

  #idsAround(): IdsAround | null {
    const [letter, whole, empty] = [
      this.#idsByLibrary('a', false),
      this.#idsByLibrary('a', true),
      this.#idsByLibrary('', true),
    ];
    const at = whole.indexOf(letter[0] ?? -1);
    const around = { before: whole.slice(0, at), behind: whole.slice(at + letter.length) };
    return at >= 0 && [...around.before, ...around.behind].join() === empty.join() ? around : null;
  }

  #idsByLibrary(text: string, special: boolean): number[] {
    const { ids, tokens }: { ids: number[]; tokens: string[] } = this.#tokenizer.encode(text, {
      add_special_tokens: special,
    });
    const unknown = ids.findIndex((id) => !Number.isInteger(id));
    if (unknown !== -1)
      throw new GlotError('lfm2.tokenizer', `the tokenizer has no id for ${JSON.stringify(tokens[unknown])}`);
    return ids;
  }

  #named(token: string | null | undefined): number | null {
    return token ? this.idOf(token) : null;
  }
}

interface IdsAround {
  readonly before: readonly number[];
  readonly behind: readonly number[];
}

const NOTHING_AROUND: IdsAround = { before: [], behind: [] };

// Unigram models list [piece, score], and the place is the id; all others map pieces to ids. What the pieces stand for is
// looked at one by one: a schema for each of them takes a third of the tokenizer's time.
const Vocabulary = z.looseObject({
  model: z.looseObject({ vocab: z.custom<object>((value) => typeof value === 'object' && value !== null) }),
  added_tokens: z.array(z.looseObject({ id: z.number() })).nullish(),
});

function sizeOf(json: object): number {
  const { model, added_tokens: added } = Vocabulary.parse(json);
  const { vocab } = model;
  let largest = -1;
  const take = (id: unknown, of: string) => {
    if (typeof id !== 'number') throw new TypeError(`model.vocab has no number for ${JSON.stringify(of)}`);
    largest = Math.max(largest, id);
  };
  if (Array.isArray(vocab)) largest = sizeOfList(vocab) - 1;
  else for (const [piece, id] of Object.entries(vocab)) take(id, piece);
  for (const { id } of added ?? []) largest = Math.max(largest, id);
  return largest + 1;
}

function sizeOfList(vocab: readonly unknown[]): number {
  for (const entry of vocab) {
    if (!Array.isArray(entry) || typeof entry[0] !== 'string' || typeof entry[1] !== 'number') {
      throw new TypeError(`model.vocab has ${JSON.stringify(entry)} in place of a piece and its score`);
    }
  }
  return vocab.length;
}

const PreTokenizer = z.object({ pre_tokenizer: z.object({ type: z.string() }).nullish() });

function spellingOf(json: object): Spelling {
  return PreTokenizer.parse(json).pre_tokenizer?.type === 'Metaspace' ? 'metaspace' : 'bytes';
}

function unusable(path: string, cause: unknown): GlotError {
  return new GlotError('lfm2.tokenizer', `${path} does not describe a tokenizer that can be used; fetch it again`, {
    cause,
    details: { path },
  });
}
