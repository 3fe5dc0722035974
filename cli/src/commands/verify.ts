import { readFile } from 'node:fs/promises';
import { text as readAll } from 'node:stream/consumers';
import { GlotError } from '@glot/errors';
import type { CheckedCitation } from '@glot/glot';
import { openGlot } from '@glot/glot';
import { ExitCode } from '../exit-code.js';
import type { IndexOptions } from '../options.js';
import { colors } from '../terminal/colors.js';
import { onDiskNote } from '../terminal/on-disk.js';
import { printable } from '../terminal/printable.js';

/** What is wrong with a citation, for people. */
const PROBLEMS: Readonly<Record<NonNullable<CheckedCitation['reason']>, string>> = {
  'unknown-path': 'the index has no such document',
  'wrong-offsets': 'the quote stands elsewhere in the document',
  'not-found': 'the document does not say that',
  'too-short': 'too short to prove anything',
  uncited: 'the sentence has no citation',
};

/** Exit code 1 where anything is unverified. */
export async function runVerify(file: string, options: Pick<IndexOptions, 'index' | 'json'>): Promise<ExitCode> {
  const answer = parseJson(await readAnswer(file), file);
  const glot = await openGlot({ index: options.index });
  try {
    const result = await glot.verify(answer);
    if (options.json) process.stdout.write(`${JSON.stringify(result)}\n`);
    else {
      process.stdout.write(result.citations.map(citationLine).join(''));
      process.stderr.write(`${result.verified} of ${result.citations.length} citations verified\n`);
    }
    return result.unverified === 0 ? ExitCode.found : ExitCode.nothingFound;
  } finally {
    await glot.close();
  }
}

function citationLine({ path, quote, reason, found, onDisk }: CheckedCitation): string {
  const place = found === null ? (path ?? '-') : `${path}:${found.start}-${found.end}`;
  const verdict = reason === null ? colors.green('verified') : colors.red('unverified');
  const problem = reason === null ? '' : `  (${reason}: ${PROBLEMS[reason]})`;
  return `${verdict}  ${printable(place)}  ${JSON.stringify(printable(quote))}${problem}${onDiskNote(onDisk)}\n`;
}

async function readAnswer(file: string): Promise<string> {
  if (file === '-') return readAll(process.stdin);
  try {
    return await readFile(file, 'utf8');
  } catch (cause) {
    throw new GlotError('cli.unreadable-answer', `cannot read ${file}: ${(cause as Error).message}`, {
      cause,
      details: { file },
    });
  }
}

function parseJson(text: string, file: string): unknown {
  try {
    return JSON.parse(text.replace(/^\uFEFF/u, ''));
  } catch (cause) {
    throw new GlotError('cli.malformed-answer', `${file} is not JSON: ${(cause as Error).message}`, {
      cause,
      details: { file },
    });
  }
}
