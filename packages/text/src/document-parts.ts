/**
 * What a document is, and the parts of its text. All offsets are UTF-16 code units.
 * @module
 */

export interface TextSpan {
  readonly start: number;
  /** Exclusive. */
  readonly end: number;
}

/** 1-based, the last one included. */
export interface LineRange {
  readonly first: number;
  readonly last: number;
}

/** A part of a document that readers name, from an offset of its text up to the next place. */
export interface Place {
  readonly kind: 'page' | 'sheet' | 'slide' | 'chapter' | 'time';
  /** What a reader calls it: `3` for a page or slide, the name of a sheet or chapter, `1:04:12` for a moment. */
  readonly label: string;
  /** Where it begins. A place without text begins where the next one does. */
  readonly start: number;
}

/**
 * `paragraph` is split at sentences, `code` and `table` at line ends; `item` is a paragraph that stands in a list, so that
 * the list may be parted before it. `markup` is what nobody reads: rulers, tags, definitions of links.
 */
export type BlockKind = 'heading' | 'paragraph' | 'item' | 'code' | 'table' | 'markup';

/** A part of the text as its format has it. */
export interface BlockSpan extends TextSpan {
  readonly kind: BlockKind;
}

/** What is found, and what is cited: a slice of a document's text. */
export interface Passage extends TextSpan {
  /** Exactly the document's text from `start` to `end`. */
  readonly text: string;
  /** Trail of headings above the passage, outermost first; empty where the format has none. */
  readonly headings: readonly string[];
  /** 1-based page the passage starts on; null where the format has no pages. */
  readonly page: number | null;
  /** In the file; null where the extracted text has no lines of the file (PDF, DOCX, HTML). */
  readonly lines: LineRange | null;
  /** BCP 47 primary language (`en`, `zh`, `ar`, ...) or null where too little text tells. */
  readonly lang: string | null;
}

/** What is known of a document, whoever read it and whatever keeps it. */
export interface DocumentFacts {
  /** Its key: unique in an index. */
  readonly path: string;
  readonly format: string;
  /** Front matter title, first heading, HTML title, PDF or DOCX metadata; null where there is none. */
  readonly title: string | null;
  readonly lang: string | null;
  /** Front matter and the like: flat, string values. */
  readonly meta: Readonly<Record<string, string>>;
  /** Hex SHA-256 of the file's bytes. */
  readonly contentHash: string;
  readonly sizeBytes: number;
  readonly modifiedMs: number;
  /** The whole extracted text: passages are slices of it, citations are checked against it. */
  readonly text: string;
  /** In order. */
  readonly passages: readonly Passage[];
}
