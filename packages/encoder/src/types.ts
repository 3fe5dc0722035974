/**
 * What an encoder is: text to one unit vector per token. Implementations never import the index.
 * @module
 */

import type { Precision } from '@glot/checkpoints';
import type { RowStatistics, TokenVectors } from '@glot/kernels';
import type { TextSpan } from '@glot/text';

export interface EncodeOptions {
  readonly signal?: AbortSignal | undefined;
  /** Called after each batch with the number of texts encoded so far and in all. */
  readonly onProgress?: ((done: number, total: number) => void) | undefined;
}

export interface EncodeDocumentsOptions extends EncodeOptions {
  /**
   * Tokens are pooled to about one in so many (Ward clusters, see `poolTokens`): as much smaller, the index then says no
   * longer which token matched. Default 1: none are.
   */
  readonly poolFactor?: number | undefined;
}

/** How an encoder's weights can be held. */
export type EncoderPrecision = Exclude<Precision, 'int4'>;

/** What can be said of an encoder without loading its model. */
export interface EncoderDescription {
  /** For people: the checkpoint's name, such as `glot-colbert-mini`. */
  readonly name: string;
  /** Length of a token vector. */
  readonly dim: number;
  /** Hex SHA-256 over weights, tokenizer and settings: equal fingerprints give comparable vectors. */
  readonly fingerprint: string;
  /** Longest document in tokens, markers included; what lies beyond is cut off. */
  readonly documentLength: number;
  /** How its weights are held. */
  readonly precision?: EncoderPrecision;
  /** How its rows lie, where that was learnt: an index stores them in fewer bits by it. */
  readonly rowStatistics?: RowStatistics;
}

export interface Encoder extends EncoderDescription {
  encodeQueries(texts: readonly string[], options?: EncodeOptions): Promise<TokenVectors>;
  /** @throws GlotError `encoder.pool-factor` */
  encodeDocuments(texts: readonly string[], options?: EncodeDocumentsOptions): Promise<TokenVectors>;
  /** Tokens of the bare text, without markers. Cheap: no model runs. */
  countTokens(text: string): number;
  /**
   * Where in a text the rows of its vectors come from, in UTF-16 offsets; null for rows of no piece of text, such as
   * markers. No model runs. An encoder whose rows are not tokens has no such method.
   */
  tokenOffsets?(text: string, kind: 'query' | 'document'): (TextSpan | null)[];
  /** Frees native memory. The encoder must not be used afterwards. */
  dispose(): Promise<void>;
}
