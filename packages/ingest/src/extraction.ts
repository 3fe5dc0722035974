/**
 * What a reader hands to the splitter: the text and, over it, blocks. Offsets are UTF-16 code units into `text`.
 * @module
 */

import type { BlockKind, BlockSpan, Place } from '@glot/text';
import type { Note } from './notes.js';

export interface Block extends BlockSpan {
  /** Of a heading: 1 is outermost. 0 elsewhere. */
  readonly level: number;
  /** Of a heading: its words without markup. Empty elsewhere. */
  readonly heading: string;
}

export interface Extraction {
  readonly text: string;
  readonly title: string | null;
  readonly meta: Readonly<Record<string, string>>;
  /** In order, without overlap; every non-space character outside of front matter is in one. */
  readonly blocks: readonly Block[];
  /** In order; empty where the format has none. */
  readonly places: readonly Place[];
  /** True where `text` is the file's own text, so that line numbers are the file's. */
  readonly hasLines: boolean;
  /** Primary language that the document states of itself; null where it states none. */
  readonly declaredLang: string | null;
  /** What was left out. */
  readonly notes: readonly Note[];
}

export const block = (kind: Exclude<BlockKind, 'heading'>, start: number, end: number): Block => ({
  kind,
  start,
  end,
  level: 0,
  heading: '',
});
