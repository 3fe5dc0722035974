import { type Hit, type Place, pageNumber } from '@glot/glot';
import { tellingWords, weightOf } from './excerpt.js';
import { printable } from './printable.js';

type Named = Pick<Place, 'kind' | 'label'>;

interface Located {
  readonly page: number | null;
  readonly place?: Named | null;
  readonly lines: { readonly first: number } | null;
}

/** Where a passage stands, as an editor or a reader can find it: `docs/a.md:12`, `report.pdf, page 3`, `a.xlsx, sheet Plan`. */
export function place(path: string, { page, place: named, lines }: Located): string {
  const name = printable(path);
  if (named != null) return `${name}, ${printable(placeName(named))}`;
  if (page !== null) return `${name}, page ${page}`;
  return lines === null ? name : `${name}:${lines.first}`;
}

const placeName = ({ kind, label }: Named): string => (kind === 'time' ? label : `${kind} ${label}`);

/** A hit's own place: of those it reaches over the one that holds most of the query's words, else the first. */
export function placeOfHit(hit: Hit, query: string): Located {
  const [first, ...others] = hit.places;
  if (first === undefined) return hit;
  let best = first;
  if (others.length > 0) {
    const wanted = new Set(tellingWords(query));
    let most = -1;
    for (const [at, candidate] of hit.places.entries()) {
      const from = Math.max(candidate.start, hit.start) - hit.start;
      const to = (hit.places[at + 1]?.start ?? hit.end) - hit.start;
      const found = new Set(tellingWords(hit.text.slice(from, to)).filter((word) => wanted.has(word)));
      const weight = Array.from(found).reduce((sum, word) => sum + weightOf(word), 0);
      if (weight > most) [best, most] = [candidate, weight];
    }
  }
  return { page: pageNumber(best), place: best, lines: hit.lines };
}

/** A heading trail as one string; null where there is none. */
export function headingTrail(headings: readonly string[]): string | null {
  return headings.length === 0 ? null : headings.join(' › ');
}
