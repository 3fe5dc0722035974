import type { TokenVectors } from '@glot/kernels';

/**
 * The token-level multivector index. It takes vectors, never text to encode. One document is one unit of change:
 * whatever happens, either all of its passages are there or none. Ids are never reused.
 */

export type SearchMode = 'semantic' | 'lexical' | 'hybrid';

/** Says which encoder the vectors come from; an index refuses vectors of another. */
export interface EncoderIdentity {
  readonly name: string;
  readonly fingerprint: string;
  readonly dim: number;
}

export interface PassageInput {
  readonly text: string;
  /** UTF-16 offsets in the document's text. */
  readonly start: number;
  readonly end: number;
  readonly headings: readonly string[];
  readonly page: number | null;
  readonly lines: { readonly first: number; readonly last: number } | null;
  readonly lang: string | null;
}

export interface DocumentInput {
  /** The user's key: unique in the index. */
  readonly path: string;
  readonly contentHash: string;
  readonly sizeBytes: number;
  readonly modifiedMs: number;
  readonly format: string;
  readonly title: string | null;
  readonly lang: string | null;
  readonly meta: Readonly<Record<string, string>>;
  /** The whole extracted text: citations are checked against it. */
  readonly text: string;
  readonly passages: readonly PassageInput[];
}

/** What a sync compares to decide whether a file must be read again. */
export interface StoredFile {
  readonly path: string;
  readonly contentHash: string;
  readonly sizeBytes: number;
  readonly modifiedMs: number;
  /** Null for an indexed document; else why the file was left out. */
  readonly skipReason: string | null;
}

export interface SkippedInput {
  readonly path: string;
  readonly reason: string;
  readonly detail: string;
  readonly contentHash: string;
  readonly sizeBytes: number;
  readonly modifiedMs: number;
}

export interface SearchRequest {
  readonly mode: SearchMode;
  /** At most this many hits; default 10. */
  readonly limit?: number;
  /** The query's text: needed for `lexical` and `hybrid`. */
  readonly text?: string;
  /** The query's token vectors, one text: needed for `semantic` and `hybrid`. */
  readonly vectors?: TokenVectors;
  readonly signal?: AbortSignal;
}

export interface Hit {
  /** 1-based. */
  readonly rank: number;
  /**
   * `semantic`: mean over query tokens of the best dot product (MaxSim / query rows), at most 1.
   * `lexical`: BM25. `hybrid`: reciprocal-rank fusion. Comparable within one answer only.
   */
  readonly score: number;
  readonly passageId: number;
  readonly documentId: number;
  readonly path: string;
  readonly title: string | null;
  readonly text: string;
  readonly start: number;
  readonly end: number;
  readonly headings: readonly string[];
  readonly page: number | null;
  readonly lines: { readonly first: number; readonly last: number } | null;
  readonly lang: string | null;
  /** Scores of the single sides where they ranked the passage (`semantic`, `lexical`); null where they did not. */
  readonly sides: { readonly semantic: number | null; readonly lexical: number | null };
}

export interface IndexStats {
  readonly documents: number;
  readonly passages: number;
  readonly tokens: number;
  readonly skipped: number;
  readonly fileBytes: number;
  readonly encoder: EncoderIdentity | null;
  /** Documents by language; `und` where it is not known. */
  readonly languages: Readonly<Record<string, number>>;
  readonly formats: Readonly<Record<string, number>>;
  readonly formatVersion: number;
}

export interface MultivectorIndex {
  /**
   * Checks that queries and documents of this encoder belong here: what a reader calls once it has loaded its encoder.
   * @throws GlotError `index.foreign-encoder`
   */
  requireEncoder(encoder: EncoderIdentity): void;
  /**
   * Adds a document or replaces the one of the same path, in one transaction, searchable on return.
   * `vectors` has one text per passage, in order. Returns the new document id.
   * @throws GlotError `index.dimension`, `index.vector-count`, `index.not-finite`, `index.read-only`, `index.busy`, `index.disk-full`
   */
  upsert(document: DocumentInput, vectors: TokenVectors): number;
  /** Moves nothing but the stamp: a file whose bytes are the same but whose time changed. Unknown paths are ignored. */
  touch(path: string, sizeBytes: number, modifiedMs: number): void;
  /** Records a file that could not be read, in place of whatever stood at its path. */
  skip(file: SkippedInput): void;
  /** Removes a document or a skip record. Returns whether there was one. */
  delete(path: string): boolean;
  /** The document as stored, without vectors; null where there is none. */
  get(path: string): (DocumentInput & { readonly id: number }) | null;
  files(): StoredFile[];
  skippedFiles(): SkippedInput[];
  /**
   * The best passages first; ties go to the older passage, so that the same index gives the same answer.
   * @throws GlotError `index.query`, `index.dimension`, `index.not-finite`, `index.corrupt`, `index.closed`, `aborted`
   */
  search(request: SearchRequest): Promise<Hit[]>;
  stats(): IndexStats;
  /** Frees native memory and the file. Safe to call twice. */
  close(): Promise<void>;
}
