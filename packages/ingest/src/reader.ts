/**
 * A file entry -> a document or the reason why not. Markdown and text are read here; HTML, PDF and DOCX, whose parsers
 * meet hostile input, in a worker with limits of time and memory.
 */
import { createHash } from 'node:crypto';
import { readFile, stat } from 'node:fs/promises';
import { isGlotError, throwIfAborted } from '@glot/errors';
import type { Extraction } from './extraction.js';
import { detectLanguage } from './language/detect.js';
import { proseOf } from './passages/prose.js';
import { splitIntoPassages } from './passages/split.js';
import type { CountTokens } from './passages/units.js';
import { readMarkdown } from './readers/markdown.js';
import { readPlainText } from './readers/plain-text.js';
import { errorCode, isAllocationError, type Refusal, refusalOf } from './skip-reasons.js';
import { type Sniffed, sniff, sniffName } from './sniff/sniff.js';
import { estimateTokens } from './text/token-estimate.js';
import type { DocumentFormat, FileEntry, IngestOutcome, SkipReason } from './types.js';
import { createParsePool, type ParsePool } from './worker/parse-pool.js';

export interface ReaderOptions {
  /** Tokens in a text, by the encoder's tokenizer. Default: an estimate by script. */
  readonly countTokens?: CountTokens;
  /** Size that passages aim at. Default 180. */
  readonly targetTokens?: number;
  readonly limits?: ReadLimits;
}

export interface ReadLimits {
  /** Larger files are skipped as `too-large`. Default 64 MiB. */
  readonly maxFileBytes?: number;
  /** Documents that yield more text are skipped as `too-large`. UTF-16 code units; default 32 Mi. */
  readonly maxTextLength?: number;
  /** Documents of more passages are skipped as `too-large`: their vectors are held at once. Default 10,000. */
  readonly maxPassages?: number;
  /** Parsing that takes longer ends as `timeout`. Default 30,000. */
  readonly parseTimeoutMs?: number;
  /** Heap of one parser, and half of what the process may grow meanwhile; more is `out-of-memory`. MiB, default 512. */
  readonly parseMemoryMegabytes?: number;
}

export interface DocumentReader {
  /**
   * Never rejects for what is in a file: that is a `skipped` outcome with its reason.
   * @throws GlotError `aborted` when the signal fires.
   */
  read(entry: FileEntry, signal?: AbortSignal): Promise<IngestOutcome>;
  /** The same, but a file whose bytes have the hash `contentHash` is not parsed: it is `unchanged`. */
  readChanged(entry: FileEntry, contentHash: string, signal?: AbortSignal): Promise<IngestOutcome | Unchanged>;
  /** Ends the workers; a later `read` starts new ones. Idle workers never hold up the end of the process. */
  dispose(): Promise<void>;
}

export interface Unchanged {
  readonly status: 'unchanged';
}

const DEFAULTS = {
  maxFileBytes: 64 * 2 ** 20,
  maxTextLength: 32 * 2 ** 20,
  maxPassages: 10_000,
  parseTimeoutMs: 30_000,
  parseMemoryMegabytes: 512,
};

/**
 * @example
 * const reader = createReader({ countTokens: (text) => tokenizer.encode(text).length });
 * for await (const entry of walkFiles(['docs'])) console.error((await reader.read(entry)).status);
 * await reader.dispose();
 */
export function createReader(options: ReaderOptions = {}): DocumentReader {
  const limits = { ...DEFAULTS, ...options.limits };
  const pool = createParsePool({ timeoutMs: limits.parseTimeoutMs, memoryMegabytes: limits.parseMemoryMegabytes });
  return {
    read: async (entry, signal) => {
      const file = await openEntry(entry, limits, signal);
      return 'bytes' in file ? readBytesOf(entry, file, options, limits, pool, signal) : skipped(entry, file);
    },
    async readChanged(entry, contentHash, signal) {
      const file = await openEntry(entry, limits, signal);
      if (!('bytes' in file)) return skipped(entry, file);
      if (file.contentHash === contentHash) return { status: 'unchanged' };
      return readBytesOf(entry, file, options, limits, pool, signal);
    },
    dispose: () => pool.dispose(),
  };
}

interface FileBytes {
  readonly bytes: Uint8Array;
  /** Hex SHA-256. */
  readonly contentHash: string;
}

const skipped = ({ path }: FileEntry, { reason, detail }: Refusal): IngestOutcome => ({
  status: 'skipped',
  skipped: { path, reason, detail },
});

async function openEntry(
  entry: FileEntry,
  limits: Required<ReadLimits>,
  signal: AbortSignal | undefined,
): Promise<FileBytes | Refusal> {
  throwIfAborted(signal);
  const byName = sniffName(entry.path);
  if (byName !== undefined) return byName;
  const file = await readBytes(entry, limits.maxFileBytes, signal);
  if ('reason' in file) return file;
  return { bytes: file.bytes, contentHash: createHash('sha256').update(file.bytes).digest('hex') };
}

async function readBytesOf(
  entry: FileEntry,
  { bytes, contentHash }: FileBytes,
  options: ReaderOptions,
  limits: Required<ReadLimits>,
  pool: ParsePool,
  signal: AbortSignal | undefined,
): Promise<IngestOutcome> {
  const skip = (reason: SkipReason, detail: string): IngestOutcome => skipped(entry, { reason, detail });
  try {
    return await parseBytes();
  } catch (error) {
    if (isGlotError(error)) throw error;
    if (isAllocationError(error)) return skipped(entry, refusalOf(error));
    return skip('parser-failed', `the reader broke down: ${errorCode(error)}`);
  }

  async function parseBytes(): Promise<IngestOutcome> {
    const sniffed = sniff(entry.path, bytes);
    if (sniffed.kind === 'skip') return skip(sniffed.reason, sniffed.detail);

    const parsed = await extract(sniffed, bytes, pool, signal);
    if ('reason' in parsed) return skip(parsed.reason, parsed.detail);
    const { extraction } = parsed;
    if (extraction.text.length > limits.maxTextLength) {
      return skip('too-large', `${extraction.text.length} characters of text, more than ${limits.maxTextLength}`);
    }
    throwIfAborted(signal);
    const { text, blocks } = extraction;
    const lang = detectLanguage(proseOf(text, blocks, 0, text.length, 20_000), extraction.declaredLang);
    const passages = await splitIntoPassages(extraction, {
      countTokens: options.countTokens ?? estimateTokens,
      targetTokens: options.targetTokens ?? 180,
      lang,
      ...(signal && { signal }),
    });
    if (passages.length > limits.maxPassages) {
      return skip('too-large', `${passages.length} passages, more than ${limits.maxPassages}; split the file`);
    }
    if (passages.length === 0) return skip('no-text', 'nothing to read but metadata');
    return {
      status: 'read',
      document: {
        path: entry.path,
        format: formatOf(sniffed),
        title: extraction.title,
        text,
        lang,
        meta: extraction.meta,
        contentHash,
        // As the walk saw them: where the file has changed since, the next look finds them different.
        sizeBytes: entry.sizeBytes,
        modifiedMs: entry.modifiedMs,
        changedMs: entry.changedMs,
        places: extraction.places,
        passages,
      },
    };
  }
}

async function readBytes(
  entry: FileEntry,
  maxBytes: number,
  signal: AbortSignal | undefined,
): Promise<{ readonly bytes: Uint8Array } | Refusal> {
  const tooLarge = (size: number): Refusal => ({
    reason: 'too-large',
    detail: `${size} bytes, more than the limit of ${maxBytes}`,
  });
  try {
    const stats = await stat(entry.absolutePath);
    // A pipe that took the file's place would be waited for.
    if (!stats.isFile()) return { reason: 'not-a-file', detail: 'no longer a regular file' };
    const { size } = stats;
    if (size > maxBytes) return tooLarge(size);
    const bytes = await readFile(entry.absolutePath, signal === undefined ? {} : { signal });
    return bytes.byteLength > maxBytes ? tooLarge(bytes.byteLength) : { bytes };
  } catch (error) {
    throwIfAborted(signal);
    return refusalOf(error);
  }
}

async function extract(
  sniffed: Exclude<Sniffed, { kind: 'skip' }>,
  bytes: Uint8Array,
  pool: ParsePool,
  signal: AbortSignal | undefined,
): Promise<{ readonly extraction: Extraction } | Refusal> {
  switch (sniffed.kind) {
    case 'markdown':
      return { extraction: readMarkdown(sniffed.decoded.text) };
    case 'prose':
    case 'data':
    case 'code':
      return { extraction: readPlainText(sniffed.decoded.text, sniffed.kind) };
    case 'html':
      return pool.parse({ kind: 'html', text: sniffed.decoded.text }, signal);
    case 'pdf':
    case 'docx':
      return pool.parse({ kind: sniffed.kind, bytes }, signal);
  }
}

function formatOf({ kind }: Exclude<Sniffed, { kind: 'skip' }>): DocumentFormat {
  return kind === 'prose' || kind === 'data' || kind === 'code' ? 'text' : kind;
}
