import { openGlot } from '@glot/glot';
import type { Hit, RowMatch } from '@glot/index';
import { ExitCode } from '../exit-code.js';
import { filterOf } from '../filter-options.js';
import { modelOptions, queryText, type SearchOptions } from '../options.js';
import { colors } from '../terminal/colors.js';
import { excerpt } from '../terminal/excerpt.js';
import { headingTrail, place } from '../terminal/place.js';

export async function runSearch(
  words: readonly string[],
  options: SearchOptions,
  signal: AbortSignal,
): Promise<ExitCode> {
  const query = queryText(words);
  const glot = await openGlot({ index: options.index, ...(await modelOptions(options)) });
  try {
    const filter = filterOf(options);
    const hits = await glot.search(query, { mode: options.mode, limit: options.k, signal, ...(filter && { filter }) });
    const matches = options.explain ? await glot.explain(query, hits, signal) : null;
    if (options.json) {
      process.stdout.write(
        `${JSON.stringify({ query, mode: options.mode, hits: hits.map((hit, at) => ({ ...hitJson(hit, glot.displayPath), ...(matches && { matches: matches[at] }) })) })}\n`,
      );
    } else {
      hits.forEach((hit, at) => {
        process.stdout.write(hitText(hit, query, glot.displayPath(hit.path)));
        if (matches) process.stdout.write(explanation(hit, matches[at] ?? null));
      });
      if (hits.length === 0) process.stderr.write(`nothing found for ${JSON.stringify(query)}\n`);
    }
    return hits.length > 0 ? ExitCode.found : ExitCode.nothingFound;
  } finally {
    await glot.close();
  }
}

function hitJson(hit: Hit, displayPath: (path: string) => string) {
  return {
    rank: hit.rank,
    score: hit.score,
    path: displayPath(hit.path),
    text: hit.text,
    start: hit.start,
    end: hit.end,
    page: hit.page,
    heading: headingTrail(hit.headings),
    lang: hit.lang,
  };
}

function hitText(hit: Hit, query: string, path: string): string {
  const heading = headingTrail(hit.headings);
  const head = [
    colors.dim(`${hit.rank}.`.padStart(3)),
    colors.bold(colors.cyan(place(path, hit))),
    heading === null ? '' : colors.dim(heading),
  ];
  return `${head.filter(Boolean).join(' ')}\n${excerpt(hit.text, query, { indent: 4, lines: 3 })}\n\n`;
}

/** What each side gave, and for each query token the best token of the passage: its number and the similarity. */
function explanation(hit: Hit, matches: readonly RowMatch[] | null): string {
  const side = (name: string, score: number | null) => (score === null ? [] : [`${name} ${score.toFixed(3)}`]);
  const sides = [...side('semantic', hit.sides.semantic), ...side('lexical', hit.sides.lexical)].join(', ');
  const rows = (matches ?? []).map(({ queryRow, row, similarity }) => `${queryRow}→${row} ${similarity.toFixed(2)}`);
  return `    ${colors.dim(`${sides}; query token→passage token: ${rows.join('  ')}`)}\n\n`;
}
