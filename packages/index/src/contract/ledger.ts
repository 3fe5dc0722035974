/**
 * What is known of the files that an index is kept in step with: when they last changed, and why some were left out. It
 * is local, whatever holds the documents.
 * @module
 */
/** A file or folder that an index is kept in step with, and how it is walked. */
export interface IndexedRoot {
  /** As paths of documents; what it is relative to is itself `.`. */
  readonly path: string;
  readonly hidden: boolean;
  readonly followLinks: boolean;
  readonly noIgnore: boolean;
}

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
  readonly changedMs?: number | undefined;
}

export type LedgerChange =
  /** A file whose bytes are the same but whose time changed. Unknown paths are ignored. */
  | { readonly kind: 'stamp'; readonly stamp: FileStamp }
  /** Records a file that could not be read, whole or at all; a document stays. */
  | { readonly kind: 'skip'; readonly file: SkippedInput }
  /** Takes such a record away. */
  | { readonly kind: 'unskip'; readonly path: string }
  /** In place of those that were known. */
  | { readonly kind: 'roots'; readonly roots: readonly IndexedRoot[] };

export interface FileLedger {
  /** By path in the order of UTF-8. */
  files(): Promise<StoredFile[]>;
  /** Of these paths those that are known. */
  filesAt(paths: readonly string[]): Promise<StoredFile[]>;
  skippedFiles(): Promise<SkippedInput[]>;
  /** In the order in which they were told. */
  roots(): Promise<IndexedRoot[]>;
  /** All of them or, where it throws, none. */
  write(changes: readonly LedgerChange[]): Promise<void>;
}
