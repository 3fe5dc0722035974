/**
 * What an index keeps: documents with their passages and vectors.
 * @module
 */
import type { TokenVectors } from '@glot/kernels';
import type { BlockSpan, DocumentFacts, Passage as PassageInput, Place } from '@glot/text';

export type { BlockKind, BlockSpan, Passage as PassageInput, Place } from '@glot/text';

/** Names a stored document: equal or not, nothing else can be told from it. Never used again. */
export type DocumentId = string | number;

/** Names a stored passage, as `DocumentId` does a document. */
export type PassageId = string | number;

/** What of a document was left out or assumed although it was read. */
export interface Note {
  readonly kind: string;
  /** One line for people. */
  readonly detail: string;
}

export interface DocumentNotes {
  readonly path: string;
  readonly notes: readonly Note[];
}

/** How many documents of a format were read by which version of its reader; null where it was not kept. */
export interface FormatReading {
  readonly format: string;
  readonly version: number | null;
  readonly documents: number;
}

export interface DocumentInput extends DocumentFacts {
  /** When the file's inode last changed (ctime); left out or 0 where it is not known. */
  readonly changedMs?: number | undefined;
  /**
   * `text`: what a caller added under a key of its own. The ledger of files does not know it, so that no sync takes it
   * away. Default `file`.
   */
  readonly source?: 'file' | 'text' | undefined;
  /** Of a file that could not be taken in whole: why. It stands among the skipped files beside the document. */
  readonly shortfall?: { readonly reason: string; readonly detail: string } | undefined;
  /** In order; absent or empty where the format has none. A passage may reach over several. */
  readonly places?: readonly Place[] | undefined;
  /** In order; absent or empty where they are not known. */
  readonly blocks?: readonly BlockSpan[] | undefined;
  readonly notes?: readonly Note[] | undefined;
  /** Of the reader of its format. */
  readonly formatVersion?: number | undefined;
}

/** A document as it is stored, without vectors. */
export interface StoredDocument extends DocumentInput {
  readonly id: DocumentId;
  readonly passages: readonly StoredPassage[];
}

export interface StoredPassage extends PassageInput {
  readonly id: PassageId;
}

/** The vectors of one passage in the form in which the index that made them stores them: a quarter of the memory, or less. */
export interface PreparedVectors {
  readonly rows: number;
}

/** What `prepare` made, or one text per passage, in order. */
export type DocumentVectors = TokenVectors | readonly PreparedVectors[];

export type DocumentChange =
  /** Adds a document or replaces the one of the same path. */
  | { readonly kind: 'upsert'; readonly document: DocumentInput; readonly vectors: DocumentVectors }
  /** With the record that the ledger has of it. */
  | { readonly kind: 'delete'; readonly path: string }
  /** Gives a document another path, with all that is stored of it; what was stored under that path goes. */
  | { readonly kind: 'move'; readonly from: string; readonly to: string };

/** The half that readers of documents need. */
export interface DocumentReader {
  get(path: string): Promise<StoredDocument | null>;
  /** Of many at once, those that there are, by path. */
  getMany(paths: Iterable<string>): Promise<Map<string, StoredDocument>>;
}

export interface PassagePlace {
  /** Of its document. */
  readonly path: string;
  /** Its place among the passages of the document. */
  readonly passage: number;
}

export interface Documents extends DocumentReader {
  /**
   * Adds a document or replaces the one of the same path, as a whole, searchable once it resolves.
   * @throws GlotError `index.dimension`, `index.vector-count`, `index.not-finite`, `index.read-only`, `index.busy`, `index.disk-full`
   */
  upsert(document: DocumentInput, vectors: DocumentVectors): Promise<DocumentId>;
  /**
   * What `upsert` does with vectors before it stores them. Who encodes a long document part by part prepares each part,
   * so that never all of its vectors are in memory as they came.
   * @returns one for each text
   * @throws GlotError `index.dimension`, `index.vector-count`, `index.not-finite`
   */
  prepare(vectors: TokenVectors): Promise<PreparedVectors[]>;
  /** Removes a document, and the record that the ledger has of it. Returns whether there was either. */
  delete(path: string): Promise<boolean>;
  /**
   * Gives a document another path, with all that is stored of it; what was stored under that path goes.
   * @returns whether there was such a document
   */
  move(from: string, to: string): Promise<boolean>;
  /** Where the passage of a hit stands; null where it is there no longer. */
  locate(passageId: PassageId): Promise<PassagePlace | null>;
  /** Every document, by path in the order of UTF-8. */
  list(): Promise<DocumentEntry[]>;
  /** Documents with notes, by path. */
  notedDocuments(): Promise<DocumentNotes[]>;
  formatReadings(): Promise<FormatReading[]>;
}

/** A document without its text. */
export type DocumentEntry = Omit<
  DocumentInput,
  'changedMs' | 'source' | 'shortfall' | 'meta' | 'text' | 'places' | 'blocks' | 'notes' | 'formatVersion' | 'passages'
> & { readonly id: DocumentId; readonly passages: number };
