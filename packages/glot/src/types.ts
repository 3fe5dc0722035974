import type { SkippedFile } from '@glot/ingest';

/** What a sync tells while it runs. Counts are of this run. */
export interface SyncProgress {
  readonly phase: 'walk' | 'index';
  /** Files looked at so far; in phase `index`, changed files finished so far. */
  readonly filesDone: number;
  /** Files known to need work; null while walking. */
  readonly filesTotal: number | null;
  readonly passages: number;
  readonly tokens: number;
  /** The file at work, as the user would name it. */
  readonly path: string;
}

export interface SyncOptions {
  readonly signal?: AbortSignal;
  readonly onProgress?: (progress: SyncProgress) => void;
  /** Take files that ignore rules leave out. */
  readonly noIgnore?: boolean;
}

/** What a sync did. Expected outcomes, skipped files among them, are values. */
export interface SyncReport {
  /** Files found below the given paths. */
  readonly files: number;
  readonly added: number;
  readonly updated: number;
  readonly unchanged: number;
  readonly deleted: number;
  /** Every file below the given paths that is not searchable, with its typed reason; earlier runs' included. */
  readonly skipped: readonly SkippedFile[];
  /** Passages and token vectors made in this run. */
  readonly passages: number;
  readonly tokens: number;
  readonly elapsedMs: number;
}
