import type { TokenVectors } from '@glot/kernels';

/**
 * The token-level multivector index. It takes vectors, never text to encode. One document is one unit of change:
 * whatever happens, either all of its passages are there or none. `together` makes a unit of several. Ids are never
 * reused.
 */

export type SearchMode = 'semantic' | 'lexical' | 'hybrid';

/** Says which encoder the vectors come from; an index refuses vectors of another. */
export interface EncoderIdentity {
  readonly name: string;
  readonly fingerprint: string;
  readonly dim: number;
  /**
   * About one stored vector for so many tokens of a passage; 1, and for old indexes unstated, is all of them. Queries
   * are not pooled: where an encoder does not state it, any will do.
   */
  readonly poolFactor?: number;
  /** How the encoder's weights were held, where it says so: whoever opens the index opens the same encoder by it. */
  readonly precision?: string;
}

/** A part of a document that readers name, from an offset of its text up to the next place. */
export interface Place {
  readonly kind: 'page' | 'sheet' | 'slide' | 'chapter' | 'time';
  /** What a reader calls it: `3` for a page or slide, the name of a sheet or chapter, `1:04:12` for a moment. */
  readonly label: string;
  /** Where it begins. A place without text begins where the next one does. */
  readonly start: number;
}

export type BlockKind = 'heading' | 'paragraph' | 'item' | 'code' | 'table' | 'markup';

/** A part of a document's text as its format has it. `markup` is what nobody reads: rulers, tags, definitions of links. */
export interface BlockSpan {
  readonly kind: BlockKind;
  /** UTF-16 offsets in the document's text. */
  readonly start: number;
  readonly end: number;
}

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
  /** When the file's inode last changed (ctime); left out or 0 where it is not known. */
  readonly changedMs?: number;
  /** Of a file that could not be taken in whole: why. It stands among the skipped files beside the document. */
  readonly shortfall?: { readonly reason: string; readonly detail: string };
  readonly format: string;
  readonly title: string | null;
  readonly lang: string | null;
  readonly meta: Readonly<Record<string, string>>;
  /** The whole extracted text: citations are checked against it. */
  readonly text: string;
  /** In order; absent or empty where the format has none. A passage may reach over several. */
  readonly places?: readonly Place[];
  /** In order; absent or empty where they are not known. */
  readonly blocks?: readonly BlockSpan[];
  readonly notes?: readonly Note[];
  /** Of the reader of its format. */
  readonly formatVersion?: number;
  readonly passages: readonly PassageInput[];
}

/** The vectors of one passage in the form in which the index that made them stores them: a quarter of the memory, or less. */
export interface PreparedVectors {
  readonly rows: number;
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
  readonly changedMs?: number;
}

/** All that is given must hold. It acts before ranking. */
export interface SearchFilter {
  /** Glob over the document's path: `*` and `?` within a name, `**` across folders, `[..]`, `{a,b}`; without a separator, over the last name. Of several, one has to match. */
  readonly path?: string | readonly string[];
  /** Of the document, as stored; `und` for one that is not known. */
  readonly languages?: readonly string[];
  readonly formats?: readonly string[];
  readonly modifiedFromMs?: number;
  readonly modifiedBeforeMs?: number;
  /** Front-matter keys with the value they must have. */
  readonly meta?: Readonly<Record<string, string>>;
}

export interface SearchRequest {
  readonly mode: SearchMode;
  /** At most this many hits; default 10. */
  readonly limit?: number;
  /** The query's text: needed for `lexical` and `hybrid`. */
  readonly text?: string;
  /** The query's token vectors, one text: needed for `semantic` and `hybrid`. */
  readonly vectors?: TokenVectors;
  readonly filter?: SearchFilter;
  readonly signal?: AbortSignal;
}

export interface Hit {
  /** 1-based. */
  readonly rank: number;
  /**
   * `semantic`: mean over query tokens of the best dot product (MaxSim / query rows), at most 1.
   * `lexical`: BM25. `hybrid`: MaxSim in standard deviations below the best, plus word coverage. Comparable within
   * one answer only.
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
  /** Where the passage begins. */
  readonly page: number | null;
  /** The place that the passage begins in, and those that begin within it. */
  readonly places: readonly Place[];
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
  /** Documents that an older glot stored without checksums: `verify` cannot tell whether their text is as it was. `compact` and `repair` add them. */
  readonly unchecked: number;
  /** The cells that large indexes are searched through; null while every search is exhaustive. */
  readonly cells: {
    readonly generation: number;
    readonly count: number;
    /** Cells probed per query row, and passages scored by their centroids: tuned when the generation was made. */
    readonly probeCells: number;
    readonly depth: number;
  } | null;
}

export interface CompactOptions {
  /** Trains the cells anew, whether the rules ask for it or not, and however small the index. */
  readonly retrain?: boolean;
  readonly signal?: AbortSignal;
  readonly onProgress?: (progress: CompactProgress) => void;
}

export interface CompactProgress {
  readonly phase: 'train' | 'assign' | 'tune' | 'recode';
  readonly done: number;
  readonly total: number;
}

export interface CompactReport {
  /** `trained`: a new generation of cells; `folded`: the lists were written anew; `none`: nothing was due. */
  readonly cells: 'trained' | 'folded' | 'none';
  /** Passages whose vectors were stored anew in the compact codec. */
  readonly recoded: number;
}

/** What a check of the whole index found. */
export interface IndexProblem {
  /** `database`: SQLite's own pages; the others name what is damaged. */
  readonly kind: 'database' | 'document' | 'passage' | 'vectors' | 'words' | 'cells' | 'codebook' | 'setting';
  /** Where, for people. */
  readonly place: string;
  /** Document to read again, where one is hit. */
  readonly path: string | null;
  /** Whether `repair` mends it from what else is stored; a document that is not must be indexed again. */
  readonly repairable: boolean;
}

export interface RepairReport {
  /** What was found before. */
  readonly problems: readonly IndexProblem[];
  /** Documents taken out because their own parts are damaged: index them again. */
  readonly removed: readonly string[];
  /** Whether the lists of the cells were dropped: `compact` makes them again. */
  readonly cellsDropped: boolean;
  /** Whether nothing is wrong now. */
  readonly whole: boolean;
}

/** The best row of a passage for one row of the query. */
export interface RowMatch {
  readonly queryRow: number;
  /** Row of the passage, in the order of its tokens, unless the encoder pooled them. */
  readonly row: number;
  /** Dot product. */
  readonly similarity: number;
}

export interface MultivectorIndex {
  /** Which encoder its vectors come from, and how they are pooled. */
  readonly encoder: EncoderIdentity;
  /**
   * Checks that queries and documents of this encoder belong here: what a reader calls once it has loaded its encoder.
   * @throws GlotError `index.foreign-encoder`
   */
  requireEncoder(encoder: EncoderIdentity): void;
  /**
   * Adds a document or replaces the one of the same path, in one transaction, searchable on return.
   * `vectors` has one text per passage, in order, or is what `prepare` made of them. Returns the new document id.
   * @throws GlotError `index.dimension`, `index.vector-count`, `index.not-finite`, `index.read-only`, `index.busy`, `index.disk-full`
   */
  upsert(document: DocumentInput, vectors: TokenVectors | readonly PreparedVectors[]): number;
  /**
   * What `upsert` does with vectors before it stores them. Who encodes a long document part by part prepares each part,
   * so that never all of its vectors are in memory as they came.
   * @returns one for each text
   * @throws GlotError `index.dimension`, `index.vector-count`, `index.not-finite`
   */
  prepare(vectors: TokenVectors): PreparedVectors[];
  /**
   * Makes the changes of `changes`, which is not asynchronous, in one transaction: all of them or, where it throws, none.
   * A change on its own waits for the disk.
   */
  together<T>(changes: () => T): T;
  /** Moves nothing but the stamp: a file whose bytes are the same but whose time changed. Unknown paths are ignored. */
  touch(path: string, sizeBytes: number, modifiedMs: number, changedMs?: number): void;
  /** The same for many, in one transaction. */
  touchAll(stamps: readonly FileStamp[]): void;
  /**
   * Gives a document another path, with all that is stored of it; what was stored under that path goes.
   * @returns whether there was such a document
   */
  move(from: string, to: string, sizeBytes: number, modifiedMs: number, changedMs?: number): boolean;
  /**
   * Records a file that could not be read, in place of whatever stood at its path.
   * @param options.keepDocument a document that is stored stays, with the record beside it
   */
  skip(file: SkippedInput, options?: { readonly keepDocument?: boolean }): void;
  /** Takes a record of `skip` away; a document stays. */
  unskip(path: string): void;
  /** Removes a document or a skip record. Returns whether there was one. */
  delete(path: string): boolean;
  /** The document as stored, without vectors; null where there is none. Its passages have consecutive ids, in order. */
  get(path: string): (DocumentInput & { readonly id: number }) | null;
  files(): StoredFile[];
  skippedFiles(): SkippedInput[];
  /** Documents with notes, by path. */
  notedDocuments(): DocumentNotes[];
  formatReadings(): FormatReading[];
  /**
   * The best passages first; ties go by path, then by place. The same documents give the same answer, whatever was
   * indexed before them, and the same first hits however many are asked for; only where cells are searched, an index
   * depends on when they were trained.
   * @throws GlotError `index.query`, `index.dimension`, `index.not-finite`, `index.corrupt`, `index.closed`, `aborted`
   */
  search(request: SearchRequest): Promise<Hit[]>;
  stats(): IndexStats;
  /**
   * Why a passage scored as it did: one match per query row, whose mean is the semantic score. Null for a passage that
   * is not there or has no vectors.
   */
  explain(passageId: number, query: TokenVectors): RowMatch[] | null;
  /**
   * Maintenance whose cost is bounded by the index: trains cells once exhaustive search becomes slow and again when the
   * index has doubled, writes lists anew when many changes stand beside them. Searching goes on meanwhile; an abort or
   * a crash leaves what was.
   * @throws GlotError `index.read-only`, `index.disk-full`, `index.corrupt`, `aborted`
   */
  compact(options?: CompactOptions): Promise<CompactReport>;
  /** Looks at every stored byte. Empty when all is well. */
  verify(signal?: AbortSignal): Promise<IndexProblem[]>;
  /** Mends what `verify` finds, as far as it can be mended from what is stored. */
  repair(signal?: AbortSignal): Promise<RepairReport>;
  /** Frees native memory and the file. Safe to call twice. */
  close(): Promise<void>;
}
