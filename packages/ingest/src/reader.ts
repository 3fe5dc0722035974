/**
 * A file entry -> a document or the reason why not. Markdown and text are read here; HTML, PDF and DOCX, whose parsers
 * meet hostile input, in a worker with limits of time and memory.
 */
import { createHash } from 'node:crypto';
import { readFile, stat } from 'node:fs/promises';
import { throwIfAborted } from '@glot/errors';
import type { Extraction } from './extraction.js';
import { detectLanguage } from './language/detect.js';
import { proseOf } from './passages/prose.js';
import { splitIntoPassages } from './passages/split.js';
import type { CountTokens } from './passages/units.js';
import { readMarkdown } from './readers/markdown.js';
import { readPlainText } from './readers/plain-text.js';
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
  /** Ends the workers; a later `read` starts new ones. Idle workers never hold up the end of the process. */
  dispose(): Promise<void>;
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
    read: (entry, signal) => readEntry(entry, options, limits, pool, signal),
    dispose: () => pool.dispose(),
  };
}

async function readEntry(
  entry: FileEntry,
  options: ReaderOptions,
  limits: Required<ReadLimits>,
  pool: ParsePool,
  signal: AbortSignal | undefined,
): Promise<IngestOutcome> {
  throwIfAborted(signal);
  const skip = (reason: SkipReason, detail: string): IngestOutcome => ({
    status: 'skipped',
    skipped: { path: entry.path, reason, detail },
  });
  const byName = sniffName(entry.path);
  if (byName !== undefined) return skip(byName.reason, byName.detail);

  const file = await readBytes(entry, limits.maxFileBytes, signal);
  if ('reason' in file) return skip(file.reason, file.detail);
  const contentHash = createHash('sha256').update(file.bytes).digest('hex');
  const sniffed = sniff(entry.path, file.bytes);
  if (sniffed.kind === 'skip') return skip(sniffed.reason, sniffed.detail);

  const parsed = await extract(sniffed, file.bytes, pool, signal);
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
      sizeBytes: file.bytes.byteLength,
      modifiedMs: entry.modifiedMs,
      places: extraction.places,
      passages,
    },
  };
}

interface Refusal {
  readonly reason: SkipReason;
  readonly detail: string;
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
    const { size } = await stat(entry.absolutePath);
    if (size > maxBytes) return tooLarge(size);
    const bytes = await readFile(entry.absolutePath, signal === undefined ? {} : { signal });
    return bytes.byteLength > maxBytes ? tooLarge(bytes.byteLength) : { bytes };
  } catch (error) {
    throwIfAborted(signal);
    const code = (error as NodeJS.ErrnoException).code ?? String(error);
    if (code === 'ENOENT' || code === 'ENOTDIR') {
      return { reason: 'vanished', detail: 'the file was there a moment ago and is gone' };
    }
    return { reason: 'unreadable', detail: `cannot open the file (${code})` };
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
