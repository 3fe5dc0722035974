/**
 * Places of a document are in order of their beginnings; of those that begin together, the last one has the text.
 * @module
 */

import type { Place } from './types.js';

/** The place that an offset is in; null before the first, or where there are none. */
export function placeAt(places: readonly Place[], offset: number): Place | null {
  return places[firstAfter(places, offset) - 1] ?? null;
}

/** The place that a span begins in, and those that begin within it. */
export function placesWithin(places: readonly Place[], start: number, end: number): Place[] {
  return places.slice(Math.max(0, firstAfter(places, start) - 1), firstAfter(places, end - 1));
}

/** Index of the first place that begins behind an offset. */
function firstAfter(places: readonly Place[], offset: number): number {
  let low = 0;
  let high = places.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (places[middle]!.start <= offset) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** The number that pages and slides go by; null for other places. */
export const pageNumber = (place: Place | null): number | null =>
  place?.kind === 'page' || place?.kind === 'slide' ? Number(place.label) : null;
