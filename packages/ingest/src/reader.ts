/**
 * A file entry -> a document or the reason why not. Markdown and text are read here; HTML, PDF and DOCX, whose parsers
 * meet hostile input, in a process of their own with limits of time and memory.
 */
import { createHash } from 'node:crypto';
import { open, readFile, stat } from 'node:fs/promises';
import { isGlotError, throwIfAborted } from '@glot/errors';
import type { Extraction } from './extraction.js';
import { detectLanguage } from './language/detect.js';
import { limitTrail } from './passages/heading-trail.js';
import { proseOf } from './passages/prose.js';
import { splitIntoPassages } from './passages/split.js';
import type { CountTokens } from './passages/units.js';
import { readMarkdown } from './readers/markdown.js';
import { readPlainText } from './readers/plain-text.js';
import { errorCode, isAllocationError, type Refusal, refusalOf } from './skip-reasons.js';
import { type Sniffed, sniff, sniffName } from './sniff/sniff.js';
import { estimateTokens } from './text/token-estimate.js';
import type { DocumentFormat, FileEntry, IngestedDocument, IngestOutcome, Passage } from './types.js';
import { createParsePool, type Parsed, type ParsePool } from './worker/parse-pool.js';

export interface ReaderOptions {
  /** Tokens in a text, by the encoder's tokenizer. Default: an estimate by script. */
  readonly countTokens?: CountTokens;
  /** Loads what `countTokens` would be, once the first file is to be split; its errors are those of `read`. */
  readonly loadTokenCounter?: () => Promise<CountTokens>;
  /** Size that passages aim at. Default 180. */
  readonly targetTokens?: number;
  readonly limits?: ReadLimits;
}

export interface ReadLimits {
  /** Of larger files the beginning is read where they are plain text; others are skipped as `too-large`. Default 64 MiB. */
  readonly maxFileBytes?: number;
  /** Of documents that yield more text the beginning is read. UTF-16 code units; default 32 Mi. */
  readonly maxTextLength?: number;
  /** Of documents of more passages the first are taken: their vectors are held at once. Default 10,000. */
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
    async readChanged(entry, known, signal) {
      const file = await openEntry(entry, limits, signal);
      if (!('bytes' in file)) return skipped(entry, file);
      const { contentHash } = file;
      if (typeof known === 'string' ? known === contentHash : known(contentHash)) return { status: 'unchanged' };
      return readBytesOf(entry, file, options, limits, pool, signal);
    },
    dispose: () => pool.dispose(),
  };
}

interface FileBytes {
  readonly bytes: Uint8Array;
  /** Hex SHA-256. */
  readonly contentHash: string;
  /** Whether these are the first bytes of a larger file. */
  readonly isHead: boolean;
}

/** What of a text is looked at: 10,000 passages of 180 tokens are about 7 MB in Latin letters, less in others. */
const HEAD_LENGTH = 16 * 2 ** 20;

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
  return { ...file, contentHash: createHash('sha256').update(file.bytes).digest('hex') };
}

async function readBytesOf(
  entry: FileEntry,
  file: FileBytes,
  options: ReaderOptions,
  limits: Required<ReadLimits>,
  pool: ParsePool,
  signal: AbortSignal | undefined,
): Promise<IngestOutcome> {
  try {
    const document = await documentOf(entry, file, options, limits, pool, signal);
    return 'reason' in document ? skipped(entry, document) : { status: 'read', document };
  } catch (error) {
    if (isGlotError(error)) throw error;
    if (isAllocationError(error)) return skipped(entry, refusalOf(error));
    return skipped(entry, { reason: 'parser-failed', detail: `the reader broke down: ${errorCode(error)}` });
  }
}

async function documentOf(
  entry: FileEntry,
  { bytes, contentHash, isHead }: FileBytes,
  options: ReaderOptions,
  limits: Required<ReadLimits>,
  pool: ParsePool,
  signal: AbortSignal | undefined,
): Promise<IngestedDocument | Refusal> {
  const { targetTokens = 180 } = options;
  const sniffed = sniff(entry.path, bytes);
  if (sniffed.kind === 'skip') return sniffed;
  if (isHead && !isOwnText(sniffed)) return tooLarge(entry.sizeBytes, limits.maxFileBytes);

  const textLimit = Math.min(limits.maxTextLength, isOwnText(sniffed) ? HEAD_LENGTH : limits.maxTextLength);
  const parsed = await extract(sniffed, bytes, textLimit, pool, signal);
  if ('reason' in parsed) return parsed;
  throwIfAborted(signal);
  const countTokens = (await options.loadTokenCounter?.()) ?? options.countTokens ?? estimateTokens;
  const extraction = headOf(parsed.extraction, textLimit);
  const { text, blocks, places } = extraction;
  const lang = detectLanguage(proseOf(text, blocks, 0, text.length, 20_000), extraction.declaredLang);
  const { maxPassages } = limits;
  const some = await splitIntoPassages(extraction, {
    countTokens,
    targetTokens,
    lang,
    maxPassages,
    ...(signal && { signal }),
  });
  const passages = some.slice(0, maxPassages);
  const last = passages.at(-1);
  if (last === undefined) return { reason: 'no-text', detail: 'nothing to read but metadata' };
  const isCut = isHead || parsed.isCut || extraction !== parsed.extraction || passages.length < some.length;
  return {
    path: entry.path,
    format: formatOf(sniffed),
    title: extraction.title && limitTrail([extraction.title], countTokens, targetTokens / 2)[0]!,
    text: isCut ? text.slice(0, last.end) : text,
    lang,
    meta: extraction.meta,
    contentHash,
    // As the walk saw them: where the file has changed since, the next look finds them different.
    sizeBytes: entry.sizeBytes,
    modifiedMs: entry.modifiedMs,
    changedMs: entry.changedMs,
    places: isCut ? places.filter(({ start }) => start < last.end) : places,
    passages,
    ...(isCut && { shortfall: { reason: 'partial', detail: describeCut(passages.length, last) } }),
  };
}

/** Whether the text is the file itself, so that its beginning can be read without the rest. */
function isOwnText({ kind }: Exclude<Sniffed, { kind: 'skip' }>): boolean {
  return kind !== 'html' && kind !== 'pdf' && kind !== 'docx';
}

function headOf(extraction: Extraction, limit: number): Extraction {
  if (extraction.text.length <= limit) return extraction;
  const blocks = extraction.blocks.flatMap((block) =>
    block.start < limit ? [{ ...block, end: Math.min(block.end, limit) }] : [],
  );
  return { ...extraction, text: extraction.text.slice(0, limit), blocks };
}

function describeCut(count: number, { lines, page, end }: Passage): string {
  const place = lines ? `line ${lines.last}` : page !== null ? `page ${page}` : `character ${end}`;
  return `its first ${count} passages can be found, up to ${place}; split the file to find the rest`;
}

const tooLarge = (size: number, maxBytes: number): Refusal => ({
  reason: 'too-large',
  detail: `${size} bytes, more than the limit of ${maxBytes}`,
});

/** The bytes of a file; of one that is too large, those of its first lines. */
async function readBytes(
  entry: FileEntry,
  maxBytes: number,
  signal: AbortSignal | undefined,
): Promise<{ readonly bytes: Uint8Array; readonly isHead: boolean } | Refusal> {
  try {
    const stats = await stat(entry.absolutePath);
    // A pipe that took the file's place would be waited for.
    if (!stats.isFile()) return { reason: 'not-a-file', detail: 'no longer a regular file' };
    if (stats.size > maxBytes) {
      return { bytes: await readHead(entry.absolutePath, Math.min(maxBytes, HEAD_LENGTH)), isHead: true };
    }
    const bytes = await readFile(entry.absolutePath, signal === undefined ? {} : { signal });
    return bytes.byteLength > maxBytes ? tooLarge(bytes.byteLength, maxBytes) : { bytes, isHead: false };
  } catch (error) {
    throwIfAborted(signal);
    return refusalOf(error);
  }
}

/** At most `length` bytes, up to the end of a line where there is one. */
async function readHead(file: string, length: number): Promise<Uint8Array> {
  const handle = await open(file);
  try {
    const buffer = Buffer.alloc(length);
    const { bytesRead } = await handle.read(buffer, 0, length, 0);
    const head = buffer.subarray(0, bytesRead);
    let end = head.lastIndexOf(0x0a) + 1;
    // The other half of a line end in UTF-16.
    if (end % 2 === 1 && head[end] === 0) end++;
    if (end === 0) end = characterEnd(head);
    return head.subarray(0, end);
  } finally {
    await handle.close();
  }
}

/** Where the last whole character of UTF-8 ends. */
function characterEnd(bytes: Uint8Array): number {
  let end = bytes.length;
  while (end > 0 && bytes.length - end < 4 && (bytes[end - 1]! & 0xc0) === 0x80) end--;
  return bytes[end - 1]! >= 0xc0 ? end - 1 : bytes.length;
}

async function extract(
  sniffed: Exclude<Sniffed, { kind: 'skip' }>,
  bytes: Uint8Array,
  textLimit: number,
  pool: ParsePool,
  signal: AbortSignal | undefined,
): Promise<{ readonly extraction: Extraction; readonly isCut: boolean } | Refusal> {
  const parsed = (reply: Parsed) => ('reason' in reply ? reply : { ...reply, isCut: false });
  switch (sniffed.kind) {
    case 'markdown':
    case 'prose':
    case 'data':
    case 'code': {
      const { text: whole } = sniffed.decoded;
      const text = firstLines(whole, textLimit);
      const extraction = sniffed.kind === 'markdown' ? readMarkdown(text) : readPlainText(text, sniffed.kind);
      return { extraction, isCut: text.length < whole.length };
    }
    case 'html':
      return parsed(await pool.parse({ kind: 'html', text: sniffed.decoded.text }, signal));
    case 'pdf':
    case 'docx':
      return parsed(await pool.parse({ kind: sniffed.kind, bytes }, signal));
  }
}

/** At most `limit` characters, up to the end of a line where there is one. */
function firstLines(text: string, limit: number): string {
  if (text.length <= limit) return text;
  const end = text.lastIndexOf('\n', limit - 1) + 1;
  // Never between the halves of a surrogate pair.
  return text.slice(0, end > 0 ? end : (text.codePointAt(limit - 1) ?? 0) > 0xffff ? limit - 1 : limit);
}

function formatOf({ kind }: Exclude<Sniffed, { kind: 'skip' }>): DocumentFormat {
  return kind === 'prose' || kind === 'data' || kind === 'code' ? 'text' : kind;
}
