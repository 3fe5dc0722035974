/** Messages between the pool and its workers. A worker has one request at a time and answers each with one reply. */
import type { Extraction } from '../extraction.js';
import type { SkipReason } from '../types.js';

export type ParseRequest =
  | { readonly kind: 'html'; readonly text: string }
  | { readonly kind: 'pdf' | 'docx'; readonly bytes: Uint8Array };

/** `broken`: the parser itself could not be loaded. */
export type ParseReply =
  | { readonly extraction: Extraction }
  | { readonly reason: SkipReason; readonly detail: string }
  | { readonly broken: string };
