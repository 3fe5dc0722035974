/**
 * What is known of the files that an index is kept in step with: when they last changed, and why some were left out. It
 * is local, whatever holds the documents.
 * @module
 */
export interface FileStamp {
  readonly path: string;
  readonly sizeBytes: number;
  readonly modifiedMs: number;
  readonly changedMs: number;
}

/** What a sync compares to decide whether a file must be read again. */
export interface StoredFile {
  readonly path: string;
  readonly contentHash: string;
  readonly sizeBytes: number;
  readonly modifiedMs: number;
  /** ctime; 0 where it is not known. */
  readonly changedMs: number;
  /** Whether a document is stored. */
  readonly indexed: boolean;
  /** Why the file was left out, or where a document is stored, why it could not be read again or not be read whole. */
  readonly skipReason: string | null;
}

export interface SkippedInput {
  readonly path: string;
  readonly reason: string;
  readonly detail: string;
  readonly contentHash: string;
  readonly sizeBytes: number;
  readonly modifiedMs: number;
  /** ctime; left out or 0 where it is not known. */
  readonly changedMs?: number;
}

export type LedgerChange =
  /** A file whose bytes are the same but whose time changed. Unknown paths are ignored. */
  | { readonly kind: 'stamp'; readonly stamp: FileStamp }
  /** Records a file that could not be read, whole or at all; a document stays. */
  | { readonly kind: 'skip'; readonly file: SkippedInput }
  /** Takes such a record away. */
  | { readonly kind: 'unskip'; readonly path: string };

export interface FileLedger {
  /** By path in the order of UTF-8. */
  files(): Promise<StoredFile[]>;
  skippedFiles(): Promise<SkippedInput[]>;
  /** All of them or, where it throws, none. */
  write(changes: readonly LedgerChange[]): Promise<void>;
}
