/** Messages between the pool and its processes. A process has one request at a time and answers each with one reply. */
import type { Extraction } from '../extraction.js';
import type { Refusal } from '../skip-reasons.js';

export interface ParseRequest {
  /** Its name in the registry. */
  readonly format: string;
  /** Of the file's name. */
  readonly extension: string;
  /** Whichever the format is read from. */
  readonly source: Uint8Array | string;
}

/** `broken`: the parser itself could not be loaded. */
export type ParseReply = { readonly extraction: Extraction } | Refusal | { readonly broken: string };

/** `ready` once the process runs, `loaded` once the reader of a format is there, and a reply to each request. */
export type ParseMessage =
  | 'ready'
  | 'loaded'
  | (ParseReply & {
      /** Of the whole process, after the parse. */
      readonly residentBytes: number;
      /** That the parse took. */
      readonly processorMs: number;
    });
