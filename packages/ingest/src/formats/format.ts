/** What a format is to the reader. One folder below this holds each; `registry.ts` lists them. */
import type { Extraction } from '../extraction.js';
import type { Refusal } from '../skip-reasons.js';
import type { DecodedText } from '../text/decode.js';
import type { ZipEntry } from '../zip/zip.js';

/** A file whose format is in question. What has to be computed is computed once, when it is asked for. */
export interface Candidate {
  /** Of the name: lower case, without the dot, empty where there is none. */
  readonly extension: string;
  readonly bytes: Uint8Array;
  /** Null where the bytes are no zip archive whose directory can be read. */
  zipEntries(): readonly ZipEntry[] | null;
  /** Null where they are no text. */
  decoded(): DecodedText | null;
}

/** `content`: the bytes say so, whatever the name. `name`: the name says so, and the bytes say nothing else. */
export type Recognition = 'content' | 'name' | Refusal | null;

interface FormatBase {
  /** What the index stores and filters go by. */
  readonly name: string;
  readonly extensions: ReadonlySet<string>;
  /** Raised with every change of what is read from the same bytes; stored with each document. */
  readonly version: number;
  /** Whether it is read where the caller runs. Others are read in a process of their own, with limits of time and memory. */
  readonly isTrusted: boolean;
  recognize(file: Candidate): Recognition;
}

type Reading = Extraction | Promise<Extraction>;

/** `load` brings the reader in when a first file needs it. What it cannot read it refuses by throwing `Refused`. */
export type Format = FormatBase &
  (
    | { readonly source: 'bytes'; load(): Promise<(bytes: Uint8Array) => Reading> }
    | {
        readonly source: 'text';
        /** Whether the extracted text is the file's own, so that its beginning can be read without the rest. */
        readonly isOwnText: boolean;
        load(): Promise<(text: string, extension: string) => Reading>;
      }
  );
