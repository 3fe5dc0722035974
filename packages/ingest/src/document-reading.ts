/**
 * A file entry -> a document or the reason why not. Trusted formats are read here, others, whose parsers meet hostile
 * input, in a process of their own with limits of time and memory.
 * @module
 */
import { isGlotError, throwIfAborted } from '@glot/errors';
import { detectLanguage } from '@glot/text/language';
import type { Extraction } from './extraction.js';
import { HEAD_LENGTH, type OpenedFile, tooLarge } from './file-bytes.js';
import { type Recognized, recognize } from './formats/recognize.js';
import type { DocumentFormat } from './formats/registry.js';
import { decodingNotes } from './notes.js';
import type { ParsePool } from './parsing/parse-pool.js';
import { limitTrail } from './passages/heading-trail.js';
import { proseOf } from './passages/prose.js';
import { splitIntoPassages } from './passages/split.js';
import type { AllLimits, ReaderOptions } from './reader-options.js';
import { errorCode, isAllocationError, type Refusal, refusalOf } from './skip-reasons.js';
import { skippedFile } from './skipped-file.js';
import { estimateTokens } from './text/token-estimate.js';
import type { FileEntry, IngestedDocument, IngestOutcome, Passage } from './types.js';

export async function readDocument(
  entry: FileEntry,
  file: OpenedFile,
  options: ReaderOptions,
  limits: AllLimits,
  pool: ParsePool,
  signal: AbortSignal | undefined,
): Promise<IngestOutcome> {
  try {
    const document = await documentOf(entry, file, options, limits, pool, signal);
    return 'reason' in document ? skippedFile(entry, document) : { status: 'read', document };
  } catch (error) {
    throwIfAborted(signal);
    if (isGlotError(error)) throw error;
    if (isAllocationError(error)) return skippedFile(entry, refusalOf(error));
    return skippedFile(entry, { reason: 'parser-failed', detail: `the reader broke down: ${errorCode(error)}` });
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
