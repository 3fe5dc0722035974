import type { SkippedFile } from '@glot/ingest';

/** What a sync tells while it runs. Counts are of this run. */
export interface SyncProgress {
  /**
   * `delete`: documents whose files are gone are taken out. `arrange`: all files are stored, their vectors are being
   * arranged for quick search.
   */
  readonly phase: 'walk' | 'index' | 'delete' | 'arrange';
  /** Files looked at so far; in phase `index`, changed files finished so far, in `delete` documents. */
  readonly filesDone: number;
  /** Files known to need work; null while walking. */
  readonly filesTotal: number | null;
  /** Of the changed files, how much is done; the file at work counts by what is encoded of it. */
  readonly bytesDone: number;
  readonly bytesTotal: number;
  readonly passages: number;
  readonly tokens: number;
  /** The file at work, as the user would name it; empty in phase `arrange`. */
  readonly path: string;
  /** In phase `arrange`: about how much of it is done, 0 to 1. */
  readonly arranged?: number;
}

/** Which files of a folder are looked at. */
export interface WalkedAs {
  /** Take hidden files and folders; `.git`, `.glot` and `node_modules` stay out. Default false. */
  readonly hidden?: boolean;
  /** Follow symbolic links below a folder, also out of it; each real file is met once. Default false. */
  readonly followLinks?: boolean;
  /** Take files that ignore rules leave out. Default false. */
  readonly noIgnore?: boolean;
}

export interface SyncOptions extends WalkedAs {
  /** Once fired, `sync` ends with an `AbortError`; what is stored by then stays. */
  readonly signal?: AbortSignal | undefined;
  readonly onProgress?: ((progress: SyncProgress) => void) | undefined;
  /** Read and encode every file again, changed or not. */
  readonly force?: boolean | undefined;
  /**
   * Take documents whose files are gone out of the index however many they are. Without it a sync that would remove more
   * than half of an index of over twenty documents, or all of over twenty below a folder that stands empty, keeps them.
   */
  readonly deleteMissing?: boolean | undefined;
  /**
   * Default true. False: once all is encoded, the encoder gives its memory back before the index is arranged, which needs
   * some of its own; a later call loads it again. For programs in which nothing else is encoded meanwhile.
   */
  readonly keepEncoder?: boolean | undefined;
}

declare module '@glot/errors' {
  interface GlotErrorDetails {
    'glot.missing-documents': { readonly missing: number; readonly report: SyncReport };
  }
}

/** A file that was left out, or not taken in whole. */
export interface SkippedInSync extends SkippedFile {
  /** True where it could not be read for now, and what was stored of it earlier stays. */
  readonly kept?: boolean;
}

/** What a sync did. Expected outcomes, skipped files among them, are values. */
export interface SyncReport {
  /** Files found below the given paths. */
  readonly files: number;
  readonly added: number;
  readonly updated: number;
  /** Files found under another path than before, of the same content: nothing of them was encoded. */
  readonly moved: number;
  /** Documents that needed no reading; skipped files are not among them. */
  readonly unchanged: number;
  readonly deleted: number;
  /** Documents whose files are gone but which were kept, since they are so many: see `deleteMissing`. */
  readonly missing: number;
  /** Named paths that no longer exist, of which something was stored. */
  readonly gone: readonly string[];
  /** Known roots that are not there, where none was named: what is stored of them stays. */
  readonly absent: readonly string[];
  /**
   * Every file below the given paths that is not searchable, or not as it is now, with its typed reason; earlier runs'
   * included.
   */
  readonly skipped: readonly SkippedInSync[];
  /** Passages and token vectors made in this run. */
  readonly passages: number;
  readonly tokens: number;
  readonly elapsedMs: number;
}
