import {
  type GlotReader,
  type Hit,
  type HitJson,
  hitJson,
  openGlot,
  type QueryOptions,
  type TokenMatch,
  unreadJson,
} from '@glot/glot';
import stringWidth from 'string-width';
import { ExitCode } from '../exit-code.js';
import { filterOf } from '../filter-options.js';
import { modelOptions, type SearchOptions } from '../options.js';
import { leftOutLine, readWords } from '../read-words.js';
import { colors } from '../terminal/colors.js';
import { correctionLines } from '../terminal/corrections.js';
import { excerpt } from '../terminal/excerpt.js';
import { onDiskLines, onDiskNote } from '../terminal/on-disk.js';
import { headingTrail, place, placeOfHit } from '../terminal/place.js';
import { printable } from '../terminal/printable.js';
import { unreadLines } from '../terminal/unread.js';
import { fit, outputColumns } from '../terminal/width.js';

export async function runSearch(
  words: readonly string[],
  options: SearchOptions,
  signal: AbortSignal,
): Promise<ExitCode> {
  const read = readWords(words);
  const { typed, text: query, phrases, without } = read;
  const glot = await openGlot({ index: options.index, ...(await modelOptions(options)) });
  try {
    const filter = await filterOf(options, read);
    const queryOptions = { mode: options.mode, limit: options.k, signal, ...(filter && { filter }) };
    const tellNothing = async () => tellNothingFound(typed, filter ? await glot.unmatched(filter) : null);
    process.stderr.write(leftOutLine(read));
    if (options.files)
      return await printFiles(await bestFiles(glot, query, queryOptions), options.null === true, tellNothing);
    const hits = await glot.search(query, queryOptions);
    const unread = options.mode === 'lexical' ? null : await glot.unread(query);
    const matches = options.explain ? await glot.explain(query, hits, signal) : null;
    if (options.json) {
      process.stdout.write(
        `${JSON.stringify({ query: typed, ...(phrases.length > 0 && { phrases }), ...(without.length > 0 && { without }), mode: options.mode, ...(unread && { unread: unreadJson(unread) }), hits: hits.map((hit, at) => ({ ...shownHit(hit, query, glot.displayPath), ...(matches && { matches: matches[at] }) })) })}\n`,
      );
    } else if (options.format === 'vimgrep') {
      process.stderr.write(unreadLines(unread) + correctionLines(hits) + onDiskLines(hits, glot.displayPath));
      for (const hit of hits) process.stdout.write(vimgrepLine(hit, glot.displayPath(hit.path)));
      if (hits.length === 0) await tellNothing();
    } else {
      process.stderr.write(unreadLines(unread) + correctionLines(hits));
      hits.forEach((hit, at) => {
        process.stdout.write(hitText(hit, query, glot.displayPath(hit.path), options.full === true));
        if (matches) process.stdout.write(explanation(hit, matches[at] ?? null));
      });
      if (hits.length === 0) await tellNothing();
    }
    return hits.length > 0 ? ExitCode.found : ExitCode.nothingFound;
  } finally {
    await glot.close();
  }
}

function shownHit(hit: Hit, query: string, displayPath: (path: string) => string): HitJson {
  const page = placeOfHit(hit, query).page ?? null;
  return hitJson(hit, { path: displayPath(hit.path), page, heading: headingTrail(hit.headings) });
}

/** `path:line:column:text`, as editors read lists of places: the first line of a passage, which headings are not. */
function vimgrepLine(hit: Hit, path: string): string {
  const headings = new Set(hit.headings);
  const lines = hit.text.split('\n');
  const isBody = (line: string) => line.trim() !== '' && !headings.has(line.replace(/^#+\s*/u, '').trim());
  const at = Math.max(0, lines.findIndex(isBody));
  const line = (hit.lines?.first ?? 1) + (hit.lines === null ? 0 : at);
  return `${printable(path)}:${line}:1:${printable(lines[at]!).replace(/\s+/gu, ' ').trim()}\n`;
}

/** A heading cut shorter says nothing. */
const NARROWEST_HEADING = 10;

function hitText(hit: Hit, query: string, path: string, full: boolean): string {
  const columns = outputColumns();
  const rank = `${hit.rank}.`.padStart(3);
  const where = place(path, placeOfHit(hit, query));
  const heading = headingTrail(hit.headings) ?? hit.title;
  const note = onDiskNote(hit.onDisk);
  const head = [colors.dim(rank), `${colors.bold(colors.cyan(where))}${colors.yellow(note)}`];
  if (heading !== null) {
    const room = process.stdout.isTTY ? columns - rank.length - stringWidth(where + note) - 2 : Infinity;
    if (room >= NARROWEST_HEADING) head.push(colors.dim(fit(printable(heading), room)));
  }
  const indent = 4;
  const text = full
    ? hit.text.replace(/^/gmu, ' '.repeat(indent)).split('\n').map(printable).join('\n')
    : excerpt(hit.text, [query, ...searchedInstead(hit)].join(' '), {
        indent,
        lines: 3,
        columns,
        headings: hit.headings,
      });
  return `${head.join(' ')}\n${text}\n\n`;
}

const searchedInstead = ({ corrections = [] }: Hit): string[] => corrections.map(({ searched }) => searched);

/** The documents of the best passages, best first, each once. */
async function bestFiles(
  glot: GlotReader,
  query: string,
  options: QueryOptions & { readonly limit: number },
): Promise<string[]> {
  for (let limit = 4 * options.limit; ; limit *= 4) {
    const hits = await glot.search(query, { ...options, limit });
    const paths = [...new Set(hits.map((hit) => glot.displayPath(hit.path)))];
    if (paths.length < options.limit && hits.length === limit) continue;
    const shown = paths.slice(0, options.limit);
    const shownHits = hits.filter(({ path }) => shown.includes(glot.displayPath(path)));
    process.stderr.write(correctionLines(hits) + onDiskLines(shownHits, glot.displayPath));
    return shown;
  }
}

async function printFiles(
  paths: readonly string[],
  ended: boolean,
  tellNothing: () => Promise<void>,
): Promise<ExitCode> {
  const shown = (path: string) => (process.stdout.isTTY && !ended ? printable(path) : path);
  for (const path of paths) process.stdout.write(`${shown(path)}${ended ? '\0' : '\n'}`);
  if (paths.length === 0) await tellNothing();
  return paths.length > 0 ? ExitCode.found : ExitCode.nothingFound;
}

function tellNothingFound(query: string, reason: string | null): void {
  process.stderr.write(`nothing found for ${JSON.stringify(query)}${reason === null ? '' : ` (${reason})`}\n`);
}

/** What the score is made of, as log-odds, and for each query token the most similar token of the passage. */
function explanation(hit: Hit, matches: readonly TokenMatch[] | null): string {
  const { base, semantic, lexical } = hit.parts;
  const signed = (part: number) => `${part < 0 ? '-' : '+'} ${Math.abs(part).toFixed(2)}`;
  const side = (name: string, score: number | null) => (score === null ? '' : ` (${name} ${score.toFixed(3)})`);
  const components =
    `score ${hit.score.toFixed(3)}, log-odds ${(base + semantic + lexical).toFixed(2)} = ${base.toFixed(2)} ` +
    `${signed(semantic)} semantic${side('similarity', hit.components.semantic)} ` +
    `${signed(lexical)} lexical${side('BM25', hit.components.lexical)}`;
  const pairs = (matches ?? [])
    .filter(({ queryText, text }) => queryText !== null && text !== null)
    .map(({ queryText, text, similarity }) => `${printable(queryText!)}→${printable(text!)} ${similarity.toFixed(2)}`);
  const lines = [components, ...(pairs.length > 0 ? [pairs.join('  ')] : [])];
  return `${lines.map((line) => `    ${colors.dim(line)}\n`).join('')}\n`;
}
