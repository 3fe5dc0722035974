import type { TokenVectors } from '@glot/kernels';
import type { CentroidTree } from '../ivf/centroid-tree.js';
import type { DocumentWords, WordedText } from './document-words.js';
import type { TableRows } from './row-coding.js';

export type PreparingRequest =
  /** @property tree where it is another one than before */
  | { readonly kind: 'rows'; readonly vectors: TokenVectors; readonly tree?: CentroidTree | null }
  | { readonly kind: 'words'; readonly texts: readonly WordedText[] };

/** Answers come in the order of their requests. */
export type PreparingAnswer =
  | { readonly kind: 'rows'; readonly rows: TableRows[] }
  | { readonly kind: 'words'; readonly words: DocumentWords[] };
