/**
 * What stands around a hit and belongs to it: the rest of its section, and what its parent heading begins with.
 * @module
 */

import { type Hit, placesWithin, type StoredDocument, type StoredPassage } from '@glot/index';

/**
 * The passages right before and after a hit, where they stand under the same headings; before it also the introduction
 * of the section around its own. As hits of the same rank, so that they are packed and cited as such.
 */
export function neighborsOf(hit: Hit, document: StoredDocument): Hit[] {
  const at = document.passages.findIndex(({ start, end }) => start === hit.start && end === hit.end);
  if (at === -1) return [];
  const neighbors: Hit[] = [];
  for (const [index, belongs] of [
    [at - 1, isWithin],
    [at + 1, isSame],
  ] as const) {
    const passage = document.passages[index];
    if (passage === undefined || !belongs(hit.headings, passage.headings)) continue;
    const places = placesWithin(document.places ?? [], passage.start, passage.end);
    neighbors.push({ ...asHit(passage, hit), places });
  }
  return neighbors;
}

function asHit({ id, text, start, end, headings, page, lines, lang }: StoredPassage, hit: Hit): Hit {
  const components = { semantic: null, lexical: null };
  return { ...hit, passageId: id, text, start, end, headings, page, lines, lang, components };
}

function isSame(inner: readonly string[], outer: readonly string[]): boolean {
  return inner.length === outer.length && isWithin(inner, outer);
}

function isWithin(inner: readonly string[], outer: readonly string[]): boolean {
  return outer.length <= inner.length && outer.every((heading, i) => heading === inner[i]);
}
