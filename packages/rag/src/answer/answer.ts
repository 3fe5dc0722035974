/**
 * An answer, and how it comes about. All offsets are UTF-16 code units into the document's stored text.
 * @module
 */
import type { DocumentId, DocumentReader, Hit, PassageId, PassageSearch, Place } from '@glot/index';
import type { LineRange } from '@glot/text';
import type { DroppedHit, Packing } from '../context/packed-context.js';
import type { Evidence } from '../evidence/evidence.js';
import type { AbstainReason, AnswerGenerator, GeneratorUsage } from '../generators/answer-generator.js';
import type { RetrieveOptions, RetrieveSources } from '../retrieval/retrieve-options.js';

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
