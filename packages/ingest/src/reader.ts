/**
 * The reader of files: looks at their bytes, and brings in what reads documents once there is one to be read.
 * @module
 */
import { type OpenedFile, openEntry } from './file-bytes.js';
import { createParsePool } from './parsing/parse-pool.js';
import { limitsOf, type ReaderOptions } from './reader-options.js';
import { skippedFile } from './skipped-file.js';
import type { FileEntry, IngestOutcome } from './types.js';

export interface DocumentReader {
  /**
   * Never rejects for what is in a file: that is a `skipped` outcome with its reason.
   * @throws an `AbortError` when the signal fires.
   */
  read(entry: FileEntry, signal?: AbortSignal): Promise<IngestOutcome>;
  /** The same, but a file of known bytes is not parsed: it is `unchanged`. @param known the SHA-256 in hex, or whether it is known */
  readChanged(
    entry: FileEntry,
    known: string | ((contentHash: string) => boolean),
    signal?: AbortSignal,
  ): Promise<IngestOutcome | Unchanged>;
  /** Ends the processes; a later `read` starts new ones. Idle ones never hold up the end of the process. */
  dispose(): Promise<void>;
}

export interface Unchanged {
  readonly status: 'unchanged';
}

/**
 * @example
 * const reader = createReader({ countTokens: (text) => tokenizer.encode(text).length });
 * for await (const entry of walkFiles(['docs'])) console.error((await reader.read(entry)).status);
 * await reader.dispose();
 */
export function createReader(options: ReaderOptions = {}): DocumentReader {
  const limits = limitsOf(options.limits);
  const pool = createParsePool({ timeoutMs: limits.parseTimeoutMs, memoryMegabytes: limits.parseMemoryMegabytes });
  const readOpened = async (entry: FileEntry, file: OpenedFile, signal: AbortSignal | undefined) => {
    const { readDocument } = await import('./document-reading.js');
    return readDocument(entry, file, options, limits, pool, signal);
  };
  return {
    read: async (entry, signal) => {
      const file = await openEntry(entry, limits.maxFileBytes, signal);
      return 'bytes' in file ? readOpened(entry, file, signal) : skippedFile(entry, file);
    },
    async readChanged(entry, known, signal) {
      const file = await openEntry(entry, limits.maxFileBytes, signal);
      if (!('bytes' in file)) return skippedFile(entry, file);
      const { contentHash } = file;
      if (typeof known === 'string' ? known === contentHash : known(contentHash)) return { status: 'unchanged' };
      return readOpened(entry, file, signal);
    },
    dispose: () => pool.dispose(),
  };
}
