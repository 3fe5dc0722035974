/**
 * A file entry -> a document or the reason why not. Trusted formats are read here, others, whose parsers meet hostile
 * input, in a process of their own with limits of time and memory.
 */
import { isGlotError, throwIfAborted } from '@glot/errors';
import { detectLanguage } from '@glot/text/language';
import type { Extraction } from './extraction.js';
import { HEAD_LENGTH, type OpenedFile, openEntry, tooLarge } from './file-bytes.js';
import { type Recognized, recognize } from './formats/recognize.js';
import type { DocumentFormat } from './formats/registry.js';
import { decodingNotes } from './notes.js';
import { createParsePool, type ParsePool } from './parsing/parse-pool.js';
import { limitTrail } from './passages/heading-trail.js';
import { proseOf } from './passages/prose.js';
import { splitIntoPassages } from './passages/split.js';
import type { CountTokens } from './passages/units.js';
import { errorCode, isAllocationError, type Refusal, refusalOf } from './skip-reasons.js';
import { estimateTokens } from './text/token-estimate.js';
import type { FileEntry, IngestedDocument, IngestOutcome, Passage } from './types.js';

export interface ReaderOptions {
  /** Tokens in a text, by the encoder's tokenizer. Default: an estimate by script. */
  readonly countTokens?: CountTokens | undefined;
  /** Loads what `countTokens` would be, once the first file is to be split; its errors are those of `read`. */
  readonly loadTokenCounter?: (() => Promise<CountTokens>) | undefined;
  /** Size that passages aim at. Default 180. */
  readonly targetTokens?: number | undefined;
  readonly limits?: ReadLimits | undefined;
}

export interface ReadLimits {
  /** Of larger files the beginning is read where they are plain text; others are skipped as `too-large`. Default 64 MiB. */
  readonly maxFileBytes?: number | undefined;
  /** Of documents that yield more text the beginning is read. UTF-16 code units; default 32 Mi. */
  readonly maxTextLength?: number | undefined;
  /** Of documents of more passages the first are taken: their vectors are held at once. Default 10,000. */
  readonly maxPassages?: number | undefined;
  /** Parsing that takes longer ends as `timeout`. Default 30,000. */
  readonly parseTimeoutMs?: number | undefined;
  /** Heap of one parser, and half of what the process may grow meanwhile; more is `out-of-memory`. MiB, default 512. */
  readonly parseMemoryMegabytes?: number | undefined;
}

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

type AllLimits = { readonly [Limit in keyof ReadLimits]-?: NonNullable<ReadLimits[Limit]> };

function limitsOf(given: ReadLimits = {}): AllLimits {
  return {
    maxFileBytes: given.maxFileBytes ?? 64 * 2 ** 20,
    maxTextLength: given.maxTextLength ?? 32 * 2 ** 20,
    maxPassages: given.maxPassages ?? 10_000,
    parseTimeoutMs: given.parseTimeoutMs ?? 30_000,
    parseMemoryMegabytes: given.parseMemoryMegabytes ?? 512,
  };
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
  return {
    read: async (entry, signal) => {
      const file = await openEntry(entry, limits.maxFileBytes, signal);
      return 'bytes' in file ? readBytesOf(entry, file, options, limits, pool, signal) : skipped(entry, file);
    },
    async readChanged(entry, known, signal) {
      const file = await openEntry(entry, limits.maxFileBytes, signal);
      if (!('bytes' in file)) return skipped(entry, file);
      const { contentHash } = file;
      if (typeof known === 'string' ? known === contentHash : known(contentHash)) return { status: 'unchanged' };
      return readBytesOf(entry, file, options, limits, pool, signal);
    },
    dispose: () => pool.dispose(),
  };
}

const skipped = ({ path }: FileEntry, { reason, detail }: Refusal): IngestOutcome => ({
  status: 'skipped',
  skipped: { path, reason, detail },
});

async function readBytesOf(
  entry: FileEntry,
  file: OpenedFile,
  options: ReaderOptions,
  limits: AllLimits,
  pool: ParsePool,
  signal: AbortSignal | undefined,
): Promise<IngestOutcome> {
  try {
    const document = await documentOf(entry, file, options, limits, pool, signal);
    return 'reason' in document ? skipped(entry, document) : { status: 'read', document };
  } catch (error) {
    throwIfAborted(signal);
    if (isGlotError(error)) throw error;
    if (isAllocationError(error)) return skipped(entry, refusalOf(error));
    return skipped(entry, { reason: 'parser-failed', detail: `the reader broke down: ${errorCode(error)}` });
  }
}

async function documentOf(
  entry: FileEntry,
  { bytes, contentHash, isHead }: OpenedFile,
  options: ReaderOptions,
  limits: AllLimits,
  pool: ParsePool,
  signal: AbortSignal | undefined,
): Promise<IngestedDocument | Refusal> {
  const { targetTokens = 180 } = options;
  const recognized = recognize(entry.path, bytes);
  if ('reason' in recognized) return recognized;
  const { format, file } = recognized;
  const isOwnText = format.source === 'text' && format.isOwnText;
  if (isHead && !isOwnText) return tooLarge(entry.sizeBytes, limits.maxFileBytes);

  const textLimit = isOwnText ? Math.min(limits.maxTextLength, HEAD_LENGTH) : limits.maxTextLength;
  const parsed = await extract(recognized, textLimit, pool, signal);
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
    format: format.name as DocumentFormat,
    formatVersion: format.version,
    title: extraction.title && limitTrail([extraction.title], countTokens, targetTokens / 2)[0]!,
    text: isCut ? text.slice(0, last.end) : text,
    lang,
    meta: extraction.meta,
    contentHash,
    // As the walk saw them: where the file has changed since, the next look finds them different.
    sizeBytes: entry.sizeBytes,
    modifiedMs: entry.modifiedMs,
    changedMs: entry.changedMs,
    notes: [...(format.source === 'text' ? decodingNotes(file.decoded()!) : []), ...extraction.notes],
    blocks: blocks
      .filter(({ start }) => !isCut || start < last.end)
      .map(({ kind, start, end }) => ({ kind, start, end: isCut ? Math.min(end, last.end) : end })),
    places: isCut ? places.filter(({ start }) => start < last.end) : places,
    passages,
    ...(isCut && { shortfall: { reason: 'partial', detail: describeCut(passages.length, last) } }),
  };
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

async function extract(
  { format, file }: Recognized,
  textLimit: number,
  pool: ParsePool,
  signal: AbortSignal | undefined,
): Promise<{ readonly extraction: Extraction; readonly isCut: boolean } | Refusal> {
  const { extension, bytes } = file;
  if (format.source === 'bytes') {
    if (format.isTrusted) return { extraction: await (await format.load())(bytes), isCut: false };
    const reply = await pool.parse({ format: format.name, extension, source: bytes }, signal);
    return 'reason' in reply ? reply : { ...reply, isCut: false };
  }
  const { text: whole } = file.decoded()!;
  const text = format.isOwnText ? firstLines(whole, textLimit) : whole;
  const isCut = text.length < whole.length;
  if (format.isTrusted) return { extraction: await (await format.load())(text, extension), isCut };
  const reply = await pool.parse({ format: format.name, extension, source: text }, signal);
  return 'reason' in reply ? reply : { ...reply, isCut };
}

/** At most `limit` characters, up to the end of a line where there is one. */
function firstLines(text: string, limit: number): string {
  if (text.length <= limit) return text;
  const end = text.lastIndexOf('\n', limit - 1) + 1;
  // Never between the halves of a surrogate pair.
  return text.slice(0, end > 0 ? end : (text.codePointAt(limit - 1) ?? 0) > 0xffff ? limit - 1 : limit);
}
