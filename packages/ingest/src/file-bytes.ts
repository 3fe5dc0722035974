/** The bytes of a file with their hash; of one that is too large, those of its first lines. */
import { createHash } from 'node:crypto';
import { open, readFile, stat } from 'node:fs/promises';
import { throwIfAborted } from '@glot/errors';
import { refuseByName } from './formats/refuse-by-name.js';
import { type Refusal, refusalOf } from './skip-reasons.js';
import type { FileEntry } from './types.js';

/** What of a text is looked at: 10,000 passages of 180 tokens are about 7 MB in Latin letters, less in others. */
export const HEAD_LENGTH = 16 * 2 ** 20;

export interface OpenedFile {
  readonly bytes: Uint8Array;
  /** Hex SHA-256. */
  readonly contentHash: string;
  /** Whether these are the first bytes of a larger file. */
  readonly isHead: boolean;
}

export async function openEntry(
  entry: FileEntry,
  maxBytes: number,
  signal: AbortSignal | undefined,
): Promise<OpenedFile | Refusal> {
  throwIfAborted(signal);
  const byName = refuseByName(entry.path);
  if (byName !== undefined) return byName;
  const file = await readBytes(entry, maxBytes, signal);
  if ('reason' in file) return file;
  return { ...file, contentHash: createHash('sha256').update(file.bytes).digest('hex') };
}

export const tooLarge = (size: number, maxBytes: number): Refusal => ({
  reason: 'too-large',
  detail: `${size} bytes, more than the limit of ${maxBytes}`,
});

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
