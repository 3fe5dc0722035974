import type { Encoder } from '@glot/encoder';
import type { EncoderIdentity, MultivectorIndex, SearchMode } from '@glot/index';

/** Judgements: query id -> passage id -> relevance. Nothing above 0 is not relevant. */
export type Qrels = ReadonlyMap<string, ReadonlyMap<string, number>>;

/** What a system returned: query id -> passage id -> score, in any order. */
export type Run = ReadonlyMap<string, ReadonlyMap<string, number>>;

export interface BeirPassage {
  readonly id: string;
  readonly title: string;
  readonly text: string;
}

export interface BeirQuery {
  readonly id: string;
  readonly text: string;
}

/** A BEIR folder in memory: passages in file order, queries with judgements only. */
export interface BeirDataset {
  readonly name: string;
  readonly passages: readonly BeirPassage[];
  readonly queries: readonly BeirQuery[];
  readonly qrels: Qrels;
}

export interface EvaluationProgress {
  readonly phase: 'encode-passages' | 'encode-queries' | 'search';
  /** Passages or queries done and in all, within the phase (and mode). */
  readonly done: number;
  readonly total: number;
  /** Set while searching. */
  readonly mode: SearchMode | null;
}

/** Opens an empty index for writing at a path that does not exist yet. */
export type OpenEmptyIndex = (file: string, encoder: EncoderIdentity) => Promise<MultivectorIndex>;

export interface EvaluateDatasetOptions {
  readonly encoder: Encoder;
  /** Default: `openIndex` of `@glot/index`. */
  readonly openIndex?: OpenEmptyIndex | undefined;
  /** Default: lexical, semantic, hybrid. */
  readonly modes?: readonly SearchMode[] | undefined;
  /** Names as ir_measures writes them; default `nDCG@10`, `R@100`, `RR@10`. */
  readonly measures?: readonly string[] | undefined;
  /** The qrels file `qrels/<split>.tsv`; default `test`. */
  readonly split?: string | undefined;
  /** Tokens of passages are pooled by it; default 1: not. */
  readonly poolFactor?: number | undefined;
  /** Given each mode's ranking as soon as it is complete, to be written out or examined. */
  readonly onRun?: ((mode: SearchMode, run: Run, qrels: Qrels) => void) | undefined;
  readonly onProgress?: ((progress: EvaluationProgress) => void) | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** Means over all judged queries by measure name; a query without an answer counts 0. */
export type MeasureValues = Readonly<Record<string, number>>;

export interface DatasetEvaluation {
  readonly dataset: string;
  readonly queries: number;
  readonly passages: number;
  readonly modes: Readonly<Partial<Record<SearchMode, MeasureValues>>>;
  readonly timings: {
    readonly encodePassagesSeconds: number;
    readonly indexSeconds: number;
    readonly encodeQueryMs: number;
    /** Mean per query, encoding left out. */
    readonly searchMs: Readonly<Partial<Record<SearchMode, number>>>;
  };
  /** Texts that were encoded: more than `passages` where some are longer than the encoder reads. */
  readonly pieces: number;
}
