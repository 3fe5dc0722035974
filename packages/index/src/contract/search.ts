/**
 * Searching an index, and why a passage was found.
 * @module
 */
import type { TokenVectors } from '@glot/kernels';
import type { LineRange, Place, TextSpan } from '@glot/text';
import type { DocumentId, PassageId } from './documents.js';

export type SearchMode = 'semantic' | 'lexical' | 'hybrid';

/** All that is given must hold. It acts before ranking. */
export interface SearchFilter {
  /** Glob over the document's path: `*` and `?` within a name, `**` across folders, `[..]`, `{a,b}`; without a separator, over the last name. Of several, one has to match. */
  readonly path?: string | readonly string[] | undefined;
  /** Of the document, as stored; `und` for one that is not known. */
  readonly languages?: readonly string[] | undefined;
  readonly formats?: readonly string[] | undefined;
  readonly modifiedFromMs?: number | undefined;
  readonly modifiedBeforeMs?: number | undefined;
  /**
   * Each has to stand in a passage, its file's name or its headings word for word: folded as all words are, never by
   * weaker forms. In scripts without blanks its characters have to stand in a row.
   */
  readonly phrases?: readonly string[] | undefined;
  /** None of these words or phrases may stand there. */
  readonly without?: readonly string[] | undefined;
  /** Front-matter keys with the value they must have. */
  readonly meta?: Readonly<Record<string, string>> | undefined;
}

/** What an encoder can say of how it read a query; evidence of how far its vectors are to be believed. */
export interface QueryReading {
  /** Share of the text's letters that the encoder has no tokens for but bytes or single letters; null: not known. */
  readonly unread?: number | null;
  /** For each row of the vectors where in `text` it comes from; null for markers. With it rows of rare words count for more. */
  readonly tokenOffsets?: readonly (TextSpan | null)[];
}

export interface SearchRequest {
  readonly mode: SearchMode;
  /** At most this many hits; default 10. */
  readonly limit?: number | undefined;
  /** The query's text: needed for `lexical` and `hybrid`. */
  readonly text?: string | undefined;
  /** The query's token vectors, one text: needed for `semantic` and `hybrid`. */
  readonly vectors?: TokenVectors | undefined;
  /** Of the text by the encoder of the vectors. */
  readonly reading?: QueryReading | undefined;
  readonly filter?: SearchFilter | undefined;
  readonly signal?: AbortSignal | undefined;
}

export interface Hit {
  /** 1-based. */
  readonly rank: number;
  /**
   * The share, 0..1, of such passages that answer their query, as far as the sides can tell: comparable within and across
   * queries. What its log-odds are made of stands in `parts`.
   */
  readonly score: number;
  readonly passageId: PassageId;
  readonly documentId: DocumentId;
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
  readonly lines: LineRange | null;
  readonly lang: string | null;
  /**
   * Log-odds, which add up to those of `score`: what any passage has, what the vectors say of this one, what its words
   * say. A side that was not asked, or is not believed, says 0.
   */
  readonly parts: { readonly base: number; readonly semantic: number; readonly lexical: number };
  /**
   * Scores of the single sides where they ranked the passage; null where they did not. `semantic`: mean over the query's
   * rows of the best dot product, weighted where places of the rows are known. `lexical`: BM25.
   */
  readonly components: { readonly semantic: number | null; readonly lexical: number | null };
  /** Words of the query that stand nowhere in the index, where the passage has what they were taken for. */
  readonly corrections?: readonly Correction[];
  /** The file is gone, or has another content, since it was indexed: said by `@glot/glot`, which knows the files. */
  readonly onDisk?: 'gone' | 'changed';
}

/** A word that was taken for a mistyped one. */
export interface Correction {
  /** In lower case. */
  readonly typed: string;
  /** As the passage writes it, in lower case. */
  readonly searched: string;
}

/** The best row of a passage for one row of the query. */
export interface RowMatch {
  readonly queryRow: number;
  /** Row of the passage, in the order of its tokens, unless the encoder pooled them. */
  readonly row: number;
  /** Dot product. */
  readonly similarity: number;
  /** What the row counts for; the weights of all rows add up to 1. */
  readonly weight: number;
}

export interface PassageSearch {
  /**
   * The best passages first; none where the vectors were asked and the best is no answer. Ties go by path, then by place. The same documents give the same answer, whatever was
   * indexed before them, and the same first hits however many are asked for; only where partitions are searched, an index
   * depends on when they were trained.
   * @throws GlotError `index.query`, `index.dimension`, `index.not-finite`, `index.corrupt`, `index.closed`, `AbortError`
   */
  search(request: SearchRequest): Promise<Hit[]>;
  /**
   * Why a passage scored as it did: one match per query row, whose weighted mean is the semantic score. Null for a
   * passage that is not there or has no vectors.
   * @param asked as `search` was asked, where it was told how the query was read
   */
  explain(
    passageId: PassageId,
    query: TokenVectors,
    asked?: Pick<SearchRequest, 'text' | 'reading'>,
  ): Promise<RowMatch[] | null>;
}
