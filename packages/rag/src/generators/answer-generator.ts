/**
 * Who writes an answer: the contract of all generators.
 * @module
 */
import type { Encoder } from '@glot/encoder';
import type { TokenVectors } from '@glot/kernels';
import type { PackedContext } from '../context/packed-context.js';
import type { ContextScores } from '../evidence/context-scores.js';

export interface GenerationRequest {
  readonly question: string;
  /** One text: the question. */
  readonly questionVectors: TokenVectors;
  /** Best first; at least one. */
  readonly contexts: readonly PackedContext[];
  /** How near the question comes to their sentences. */
  readonly scores: ContextScores;
  readonly encoder: Encoder;
  readonly maxSentences: number;
  readonly signal?: AbortSignal | undefined;
}

/** What a generator claims: a quote from one context. Nothing is believed until it is found there. */
export interface DraftCitation {
  /** Null where the generator cites something that it was not given. */
  readonly context: PackedContext | null;
  readonly quote: string;
  /** Where the generator believes the quote starts in the document's text: picks among equal places. */
  readonly near?: number;
}

export interface DraftSentence {
  readonly text: string;
  /** Evidence for this sentence, at most 1; comparable within one generator only. */
  readonly score: number;
  readonly citations: readonly DraftCitation[];
}

export type AbstainReason =
  /** The search returned no passage. */
  | 'nothing-found'
  /** Passages were found, but none is near enough to the question. */
  | 'weak-evidence'
  /** No sentence of the passages can be quoted: too short, or markup only. */
  | 'nothing-quotable'
  /** A language model read the passages and said that they do not hold the answer. */
  | 'declined'
  /** There was an answer, but none of its quotes was found where it was said to be. */
  | 'nothing-verified';

/** What a generator says while it works, in any number and order. */
export type DraftEvent =
  | { readonly type: 'sentence'; readonly sentence: DraftSentence }
  /** The generator declines, and ends. */
  | { readonly type: 'abstain'; readonly reason: AbstainReason }
  | { readonly type: 'usage'; readonly usage: GeneratorUsage };

/** What a language model took; null where there is none, or where it does not say. */
export interface GeneratorUsage {
  readonly promptTokens: number | null;
  readonly generatedTokens: number | null;
  /** Of the prompt: those that were read before, for an earlier question, and not again. */
  readonly cachedTokens: number | null;
  /** From the call of `generate` to the first token. */
  readonly firstTokenMs: number | null;
}

/** A question and what was shown in answer to it. */
export interface Turn {
  readonly question: string;
  /** The shown sentences; empty when abstained. */
  readonly sentences: readonly string[];
}

export interface RewriteRequest {
  readonly question: string;
  /** Oldest first; at least one. */
  readonly turns: readonly Turn[];
  readonly signal?: AbortSignal | undefined;
}

/**
 * Writes an answer from packed contexts, sentence by sentence. The extractive one quotes; others decode with a language
 * model. Whatever it claims is verified by `ask`. A consumer that stops reading ends the work.
 */
export interface AnswerGenerator {
  readonly name: string;
  /** Tokens of a text by the generator's own tokenizer; default: the encoder's count. */
  countTokens?(text: string): number;
  /** Whether a prompt of these contexts and the answer to it fit the model's window; default: they do. */
  fits?(question: string, contexts: readonly PackedContext[]): boolean;
  /**
   * A question of a conversation as one that stands alone, in its own language; null where nothing of use came. A
   * generator that cannot write has no such method.
   */
  rewrite?(request: RewriteRequest): Promise<string | null>;
  generate(request: GenerationRequest): AsyncIterable<DraftEvent>;
}
