import type { BlockSpan, DocumentId, Hit, PassageId } from '@glot/index';

/** One stretch of one document that goes to the generator: one hit, or several that overlap or touch. */
export interface PackedContext {
  readonly documentId: DocumentId;
  readonly path: string;
  readonly title: string | null;
  /** Exactly the document's stored text from `start` to `end`. */
  readonly text: string;
  readonly start: number;
  readonly end: number;
  readonly lang: string | null;
  /** The document's format (`markdown`, `pdf`, ...): says how its lines are to be read. */
  readonly format: string;
  /** What is prose in it, heading, code: of a document whose format writes markup into its text. Offsets are the document's. */
  readonly blocks?: readonly BlockSpan[] | undefined;
  readonly tokens: number;
  /**
   * The hits inside and the neighbors taken in with them, in reading order; a neighbor has the rank of its hit. The
   * context stands at the place of its best one.
   */
  readonly hits: readonly Hit[];
}

export type DropReason =
  | 'budget'
  | 'duplicate'
  /** Nearly word by word what a better hit of another document says. */
  | 'near-duplicate'
  /** Its document had half of the places, and others waited. */
  | 'crowded'
  | 'missing-document';

/** A hit that did not reach the generator, and why. */
export interface DroppedHit {
  readonly passageId: PassageId;
  readonly path: string;
  readonly reason: DropReason;
  /** Tokens it would have taken beyond what was packed. */
  readonly tokens: number;
}

export interface Packing {
  /** Best first. */
  readonly contexts: readonly PackedContext[];
  readonly dropped: readonly DroppedHit[];
  readonly tokens: number;
  readonly budgetTokens: number;
}
