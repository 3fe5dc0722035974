/** Files to passages. All offsets are UTF-16 code units into `IngestedDocument.text`. */
import type { BlockSpan, DocumentFacts, Place } from '@glot/text';
import type { DocumentFormat } from './formats/registry.js';
import type { Note } from './notes.js';
import type { Refusal, SkipReason } from './skip-reasons.js';

export type { BlockSpan, Passage, Place } from '@glot/text';
export type { DocumentFormat } from './formats/registry.js';
export type { Note, NoteKind } from './notes.js';
export type { SkipReason } from './skip-reasons.js';

/** A file that the walk found, not yet opened. */
export interface FileEntry {
  /** What the user sees and the index stores: the path as given joined with the path below it, forward slashes. */
  readonly path: string;
  /** Where to open it. */
  readonly absolutePath: string;
  readonly sizeBytes: number;
  readonly modifiedMs: number;
  /** When its inode last changed (ctime): moves with every change of the content, which a set `modifiedMs` can hide. */
  readonly changedMs: number;
}

export interface IngestedDocument extends DocumentFacts {
  readonly format: DocumentFormat;
  /** Of the reader: another one may read more, or otherwise, from the same bytes. */
  readonly formatVersion: number;
  readonly changedMs: number;
  /** Where the file was not read to its end: how far. */
  readonly shortfall?: Refusal;
  /** What was left out or assumed, though the file was read. */
  readonly notes: readonly Note[];
  /** In order. */
  readonly blocks: readonly BlockSpan[];
  /** In order; empty where the format has none. A passage may reach over several. */
  readonly places: readonly Place[];
}

export interface SkippedFile {
  readonly path: string;
  readonly reason: SkipReason;
  /** One line for people: what was seen, in which part of the file. */
  readonly detail: string;
}

export type IngestOutcome =
  | { readonly status: 'read'; readonly document: IngestedDocument }
  | { readonly status: 'skipped'; readonly skipped: SkippedFile };
