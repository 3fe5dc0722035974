/** Messages between the pool and its processes. A process has one request at a time and answers each with one reply. */
import type { Extraction } from '../extraction.js';
import type { Refusal } from '../skip-reasons.js';

export type ParseRequest =
  | { readonly kind: 'html'; readonly text: string }
  | { readonly kind: 'pdf' | 'docx'; readonly bytes: Uint8Array };

/** `broken`: the parser itself could not be loaded. */
export type ParseReply = { readonly extraction: Extraction } | Refusal | { readonly broken: string };

/** `ready` once, then replies. */
export type ParseMessage =
  | 'ready'
  | (ParseReply & {
      /** Of the whole process, after the parse. */
      readonly residentBytes: number;
    });
