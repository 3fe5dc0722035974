import { GlotError } from '@glot/errors';
import { openGlot, type StoredDocument } from '@glot/glot';
import { ExitCode } from '../exit-code.js';
import type { IndexOptions } from '../options.js';
import { headingTrail } from '../terminal/place.js';

/**
 * Prints what the index holds of a document, or the passage of it at a line, or the passage of an id.
 * @throws GlotError `cli.not-indexed`
 */
export async function runGet(where: string, options: Pick<IndexOptions, 'index' | 'json'>): Promise<ExitCode> {
  const glot = await openGlot({ index: options.index });
  try {
    const whole = await glot.get(where);
    if (whole) {
      const { title, format, lang, text } = whole;
      const path = glot.displayPath(whole.path);
      process.stdout.write(options.json ? `${JSON.stringify({ path, title, format, lang, text })}\n` : ended(text));
      return ExitCode.found;
    }
    const [, path, line] = /^(.+?):(\d+)(?::\d+)?:?$/su.exec(where) ?? [];
    const document = path === undefined ? null : await glot.get(path);
    if (!document) {
      const found = await glot.getPassage(/^\d+$/u.test(where) ? Number(where) : where);
      if (!found) throw notIndexed(path ?? where, options.index);
      return printPassage(
        found.document.passages[found.passage]!,
        glot.displayPath(found.document.path),
        options.json === true,
      );
    }
    return printPassageAt(document, Number(line), glot.displayPath(document.path), options.json === true);
  } finally {
    await glot.close();
  }
}

function printPassageAt(document: StoredDocument, line: number, path: string, asJson: boolean): ExitCode {
  const passage = document.passages.findLast(({ lines }) => lines !== null && lines.first <= line);
  if (!passage?.lines || passage.lines.last < line) {
    process.stderr.write(`no passage of ${path} stands at line ${line}\n`);
    return ExitCode.nothingFound;
  }
  return printPassage(passage, path, asJson);
}

function printPassage(passage: StoredDocument['passages'][number], path: string, asJson: boolean): ExitCode {
  const { text, start, end, lines, headings } = passage;
  const heading = headingTrail(headings);
  process.stdout.write(asJson ? `${JSON.stringify({ path, text, start, end, lines, heading })}\n` : ended(text));
  return ExitCode.found;
}

const ended = (text: string): string => (text.endsWith('\n') ? text : `${text}\n`);

function notIndexed(path: string, index: string): GlotError {
  return new GlotError(
    'cli.not-indexed',
    `the index ${index} holds no document ${path}; name one as \`glot search\` prints it, or index it first`,
    { details: { path } },
  );
}
