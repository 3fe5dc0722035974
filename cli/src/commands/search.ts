import { openGlot } from '@glot/glot';
import type { Hit } from '@glot/index';
import { ExitCode } from '../exit-code.js';
import { modelOptions, type QueryOptions, queryText } from '../options.js';
import { colors } from '../terminal/colors.js';
import { excerpt } from '../terminal/excerpt.js';
import { headingTrail, place } from '../terminal/place.js';

export async function runSearch(
  words: readonly string[],
  options: QueryOptions,
  signal: AbortSignal,
): Promise<ExitCode> {
  const query = queryText(words);
  const glot = await openGlot({ index: options.index, ...(await modelOptions(options)) });
  try {
    const hits = await glot.search(query, { mode: options.mode, limit: options.k, signal });
    if (options.json) {
      process.stdout.write(
        `${JSON.stringify({ query, mode: options.mode, hits: hits.map((hit) => hitJson(hit, glot.displayPath)) })}\n`,
      );
    } else {
      for (const hit of hits) process.stdout.write(hitText(hit, query, glot.displayPath(hit.path)));
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
