/** Files to passages. All offsets are UTF-16 code units into `IngestedDocument.text`. */
import type { BlockKind } from './extraction.js';
import type { DocumentFormat } from './formats/registry.js';
import type { Note } from './notes.js';
import type { Place } from './place.js';
import type { Refusal, SkipReason } from './skip-reasons.js';

export type { DocumentFormat } from './formats/registry.js';
export type { Note, NoteKind } from './notes.js';
export type { Place } from './place.js';
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

export interface Passage {
  /** Exactly `document.text.slice(start, end)`. */
  readonly text: string;
  readonly start: number;
  readonly end: number;
  /** Trail of headings above the passage, outermost first; empty where the format has none. */
  readonly headings: readonly string[];
  /** 1-based page the passage starts on; null where the format has no pages. */
  readonly page: number | null;
  /** 1-based first and last line in the file; null where the extracted text has no lines of the file (PDF, DOCX, HTML). */
  readonly lines: { readonly first: number; readonly last: number } | null;
  /** BCP 47 primary language (`en`, `zh`, `ar`, ...) or null where too little text tells. */
  readonly lang: string | null;
}

/** A part of the text as its format has it. */
export interface BlockSpan {
  readonly kind: BlockKind;
  readonly start: number;
  readonly end: number;
}

export interface IngestedDocument {
  readonly path: string;
  readonly format: DocumentFormat;
  /** Of the reader: another one may read more, or otherwise, from the same bytes. */
  readonly formatVersion: number;
  /** Front matter title, first heading, HTML title, PDF/DOCX metadata; null where there is none. */
  readonly title: string | null;
  /** The text that the reader extracted; passages are slices of it. */
  readonly text: string;
  readonly lang: string | null;
  /** Front matter and the like: flat, string values. */
  readonly meta: Readonly<Record<string, string>>;
  /** Hex SHA-256 of the file's bytes. */
  readonly contentHash: string;
  readonly sizeBytes: number;
  readonly modifiedMs: number;
  readonly changedMs: number;
  /** Where the file was not read to its end: how far. */
  readonly shortfall?: Refusal;
  /** What was left out or assumed, though the file was read. */
  readonly notes: readonly Note[];
  /** In order. */
  readonly blocks: readonly BlockSpan[];
  /** In order; empty where the format has none. A passage may reach over several. */
  readonly places: readonly Place[];
  readonly passages: readonly Passage[];
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
