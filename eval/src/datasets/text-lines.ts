/**
 * Lines of a plain or gzipped UTF-8 file, streamed. Only line feeds end lines: U+2028 may stand inside JSON strings.
 * @module
 */

import { createReadStream } from 'node:fs';
import { access } from 'node:fs/promises';
import { createGunzip } from 'node:zlib';
import { GlotError, isAbortError, throwIfAborted } from '@glot/errors';

export interface TextLine {
  readonly text: string;
  /** 1-based. */
  readonly number: number;
}

/**
 * Yields the lines of a file without their ends (`\n`, `\r\n`); a byte order mark is dropped.
 *
 * @throws GlotError `eval.unreadable` (missing, no permission, broken gzip, not UTF-8), `AbortError`
 */
export async function* readLines(file: string, signal?: AbortSignal): AsyncGenerator<TextLine> {
  const source = createReadStream(file);
  const bytes = file.endsWith('.gz') ? source.pipe(createGunzip()) : source;
  source.on('error', (error) => bytes.destroy(error));
  const decoder = new TextDecoder('utf-8', { fatal: true });
  let rest = '';
  let number = 0;
  try {
    for await (const chunk of bytes) {
      throwIfAborted(signal);
      const parts = (rest + decoder.decode(chunk, { stream: true })).split('\n');
      rest = parts.pop()!;
      for (const part of parts) yield { text: withoutReturn(part), number: ++number };
    }
    rest += decoder.decode();
  } catch (error) {
    if (error instanceof GlotError || isAbortError(error)) throw error;
    throw new GlotError('eval.unreadable', `cannot read ${file}: ${(error as Error).message}`, {
      cause: error,
      details: { file, line: number + 1 },
    });
  } finally {
    source.destroy();
  }
  if (rest !== '') yield { text: withoutReturn(rest), number: number + 1 };
}

/**
 * The first of `name` and `name.gz` that exists.
 *
 * @throws GlotError `eval.missing-file`
 */
export async function plainOrGzipped(file: string): Promise<string> {
  for (const candidate of [file, `${file}.gz`]) {
    const exists = await access(candidate).then(
      () => true,
      () => false,
    );
    if (exists) return candidate;
  }
  throw new GlotError(
    'eval.missing-file',
    `there is no ${file} (nor ${file}.gz); a BEIR folder holds corpus.jsonl, queries.jsonl and qrels/test.tsv`,
    {
      details: { file },
    },
  );
}

/** The error for a line that is not as it should be. */
export function malformedLine(file: string, line: number, problem: string, cause?: unknown): GlotError {
  return new GlotError('eval.malformed-line', `${file}:${line}: ${problem}`, { cause, details: { file, line } });
}

function withoutReturn(line: string): string {
  return line.endsWith('\r') ? line.slice(0, -1) : line;
}
