import type { SearchMode } from '@glot/index';

export interface SetFigures {
  readonly set: string;
  readonly passages: number;
  readonly queries: number;
  /** nDCG@10. */
  readonly modes: Readonly<Record<SearchMode, number>>;
}

export interface EncodingFigures {
  /** Median over runs. */
  readonly queryMs: number;
  readonly documentTokensPerSecond: number;
  readonly runs: number;
}

export interface ModelReport {
  readonly made: string;
  readonly machine: string;
  readonly threads: number;
  readonly model: string;
  readonly modelBytes: number;
  readonly sets: readonly SetFigures[];
  /** Accuracy@1 to English by file. */
  readonly pairs: Readonly<Record<string, number>>;
  readonly encoding: EncodingFigures | null;
}

/** Sets with queries and passages in one language; the others go across languages. */
export function isMonolingual(set: string): boolean {
  return !set.startsWith('xquad-crosslingual');
}

/** Hybrid search against BM25 over the sets in one language. */
export function hybridGain(sets: readonly SetFigures[]): { readonly mean: number; readonly worst: number } | null {
  const gains = sets.filter(({ set }) => isMonolingual(set)).map(({ modes }) => modes.hybrid - modes.lexical);
  if (gains.length === 0) return null;
  return { mean: meanOf(gains), worst: Math.min(...gains) };
}

export function meanOf(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}
