/**
 * Question to cited answer. All offsets are UTF-16 code units into the document's stored text.
 * @module
 */

import type { Encoder } from '@glot/encoder';
import type {
  DocumentId,
  DocumentReader,
  Hit,
  PassageId,
  PassageSearch,
  Place,
  SearchFilter,
  SearchMode,
} from '@glot/index';
import type { TokenVectors } from '@glot/kernels';
import type { LineRange } from '@glot/text';
import type { DroppedHit, PackedContext, Packing } from './context/packed-context.js';
import type { ContextScores } from './evidence/context-scores.js';
import type { Evidence } from './evidence/evidence.js';

export type { DroppedHit, DropReason, PackedContext, Packing } from './context/packed-context.js';

/** An encoder, or a way to get one where it is loaded only when needed. */
export type EncoderSource = Encoder | (() => Promise<Encoder>);

/** What is searched, and by what. */
export interface RetrieveSources {
  readonly index: Pick<PassageSearch, 'search'>;
  /** Not called and not run in lexical mode. */
  readonly encoder: EncoderSource;
}

export interface RetrieveOptions {
  /** Default `hybrid`. */
  readonly mode?: SearchMode | undefined;
  /** At most this many hits; default 10. */
  readonly limit?: number | undefined;
  readonly filter?: SearchFilter | undefined;
  readonly signal?: AbortSignal | undefined;
}

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

/** What is searched and quoted, and by what. */
export interface AskSources extends RetrieveSources {
  readonly index: Pick<PassageSearch, 'search'> & Pick<DocumentReader, 'getMany'>;
}

export interface AskOptions extends RetrieveOptions {
  /** Who writes the answer; default: sentences of the documents, word for word. */
  readonly generator?: AnswerGenerator | undefined;
  /** Tokens of context handed to the generator; default 2048. */
  readonly budgetTokens?: number | undefined;
  /** At most this many sentences in the answer; default 3. */
  readonly maxSentences?: number | undefined;
  /**
   * Below this evidence (see `Evidence.score`) `ask` abstains without a word of the generator; 0 never does. Default:
   * the encoder's calibrated threshold, which keeps nine of ten answerable questions.
   */
  readonly minEvidence?: number | undefined;
}

export interface Citation {
  readonly path: string;
  readonly documentId: DocumentId;
  readonly passageId: PassageId;
  /** The document's stored text from `start` to `end` is `quote`. */
  readonly start: number;
  readonly end: number;
  /** Number of the page or slide that the quote begins on. */
  readonly page: number | null;
  /** Where the quote begins; null where the document has no places. */
  readonly place: Pick<Place, 'kind' | 'label'> | null;
  /** 1-based lines in the file; narrowed to the quote where the passage's lines allow it. */
  readonly lines: LineRange | null;
  /** The trail of headings above the passage, joined by ` › `; null where there is none. */
  readonly heading: string | null;
  /** Verbatim, line breaks and markup included. */
  readonly quote: string;
  /** Always true in an answer of `ask`: what could not be verified is not in it. */
  readonly verified: true;
  /** As that of a hit: what was verified is the text that was indexed. */
  readonly onDisk?: Hit['onDisk'];
}

export interface AnswerSentence {
  /** For reading: white space folded, inline markup taken out. */
  readonly text: string;
  readonly score: number;
  /** At least one. */
  readonly citations: readonly Citation[];
}

export interface AnswerTimings {
  readonly encodeMs: number;
  readonly searchMs: number;
  readonly packMs: number;
  /** Until the first sentence was verified; null where there is none. */
  readonly firstSentenceMs: number | null;
  readonly generateMs: number;
  readonly verifyMs: number;
  readonly totalMs: number;
}

export interface Answer {
  readonly question: string;
  readonly abstained: boolean;
  /** Null when there is an answer. */
  readonly reason: AbstainReason | null;
  /** Best first; empty when abstained. */
  readonly sentences: readonly AnswerSentence[];
  /** The generator's name. */
  readonly generator: string;
  readonly context: {
    readonly passages: number;
    readonly tokens: number;
    readonly budgetTokens: number;
    readonly dropped: readonly DroppedHit[];
    /** Sentences and citations that were left out because a quote was not found in its passage. */
    readonly unverified: number;
  };
  readonly evidence: Evidence | null;
  readonly usage: GeneratorUsage;
  readonly timings: AnswerTimings;
}

/** A claim of the generator that was left out, and why. */
export interface RejectedClaim {
  /** Null where the claim names no passage. */
  readonly path: string | null;
  /** The quote as the generator gave it; of a sentence without citations, its text. */
  readonly quote: string;
  readonly reason: 'uncited' | 'unknown-passage' | 'too-short' | 'not-found' | 'missing-document';
}

/**
 * An answer as it comes about. A sentence's `text` comes when one of its quotes was verified, followed by its
 * `citation`s: nothing that was shown is taken back. `done` is always last.
 */
export type AnswerEvent =
  | {
      readonly type: 'retrieved';
      readonly question: string;
      readonly hits: readonly Hit[];
      readonly encodeMs: number;
      readonly searchMs: number;
    }
  | { readonly type: 'packed'; readonly packing: Packing; readonly packMs: number }
  | { readonly type: 'text'; readonly sentence: number; readonly text: string; readonly score: number }
  | { readonly type: 'citation'; readonly sentence: number; readonly citation: Citation }
  | { readonly type: 'verification'; readonly verified: number; readonly rejected: readonly RejectedClaim[] }
  | {
      readonly type: 'done';
      readonly abstained: boolean;
      readonly reason: AbstainReason | null;
      readonly generator: string;
      /** Null where nothing could be measured: no passage, or none with a quotable sentence. */
      readonly evidence: Evidence | null;
      readonly timings: AnswerTimings;
      readonly usage: GeneratorUsage;
    };

/** How a question of a conversation was understood; comes before its answer's events. */
export interface TurnEvent {
  readonly type: 'turn';
  /** 1-based; counted from the last `clear`. */
  readonly turn: number;
  readonly question: string;
  /** What is answered: the question, or what the generator made of it. */
  readonly standalone: string;
  /** Words of an earlier question that were added for the search alone; null where there are none. */
  readonly searchedWith: string | null;
  /** Earlier turns that the generator was shown for rewriting. */
  readonly turnsRead: number;
  /** Earlier turns that no longer fit the history's budget. */
  readonly turnsLeftOut: number;
  /** Of the generator; 0 where it wrote nothing. */
  readonly rewriteMs: number;
}

export type ConversationEvent = TurnEvent | AnswerEvent;

export interface ConversationOptions extends AskOptions {
  /** Tokens of earlier turns that a generator is shown for rewriting; default 512. The newest turns go first. */
  readonly historyTokens?: number | undefined;
}

/** Questions that build on each other. What it remembers is `turns` and nothing else, in this object alone. */
export interface Conversation {
  /** Turns that were answered or abstained from to the end, oldest first. */
  readonly turns: readonly Turn[];
  /**
   * Asks the next question. A turn that is interrupted or fails is not remembered. One at a time.
   * @param options `filter`: of this turn, in place of the conversation's
   * @throws GlotError as `askStream`
   */
  ask(question: string, options?: Pick<AskOptions, 'signal' | 'filter'>): AsyncGenerator<ConversationEvent, void, void>;
  /** Forgets all turns. */
  clear(): void;
}
