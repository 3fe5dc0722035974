/**
 * Extraction -> passages: exact, trimmed slices of the text with their locators.
 * @module
 */

import { detectLanguage } from '@glot/text/language';
import type { Extraction } from '../extraction.js';
import { lastStartAtOrBefore, lineSpans } from '../text/line-spans.js';
import { createTurns } from '../text/turns.js';
import type { Passage, Place } from '../types.js';
import { limitTrail } from './heading-trail.js';
import { MAX_OVERSIZE, mergeUnits } from './merge-units.js';
import { proseOf } from './prose.js';
import { sectionsOf } from './sections.js';
import { type CountTokens, unitsOf } from './units.js';

export interface SplitOptions {
  readonly countTokens: CountTokens;
  readonly targetTokens: number;
  /** Language of the document: guides the sentence splitter, and stands in where a passage is too short to tell. */
  readonly lang: string | null;
  /** Where there are more, one more than these is made, and no work is done for the rest. */
  readonly maxPassages?: number | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** Number of the page or slide. */
const pageOf = (place: Place | undefined): number | null =>
  place?.kind === 'page' || place?.kind === 'slide' ? Number(place.label) : null;

/** Long documents take seconds: other work gets its turn meanwhile. @throws an `AbortError` */
export async function splitIntoPassages(extraction: Extraction, options: SplitOptions): Promise<Passage[]> {
  const { text, places } = extraction;
  const placeStarts = places.map(({ start }) => start);
  const { countTokens, targetTokens, lang, maxPassages = Number.POSITIVE_INFINITY } = options;
  const turns = createTurns(options.signal);
  const lineStarts = extraction.hasLines ? lineSpans(text).map(({ start }) => start) : [];
  const passages: Passage[] = [];
  for (const { trail, blocks } of sectionsOf(extraction.blocks)) {
    const room = { tokens: (maxPassages + 1 - passages.length) * targetTokens * MAX_OVERSIZE };
    const units = await unitsOf(text, blocks, { countTokens, maxTokens: targetTokens, lang, turns, room });
    const headings = limitTrail(trail, countTokens, targetTokens / 2);
    for (const span of mergeUnits(units, targetTokens)) {
      const raw = text.slice(span.start, span.end);
      const start = span.start + (raw.length - raw.trimStart().length);
      const end = span.end - (raw.length - raw.trimEnd().length);
      if (start >= end) continue;
      if (turns.isDue()) await turns.take();
      passages.push({
        text: text.slice(start, end),
        start,
        end,
        headings,
        page: pageOf(places[lastStartAtOrBefore(placeStarts, start)]),
        lines: extraction.hasLines
          ? { first: lastStartAtOrBefore(lineStarts, start) + 1, last: lastStartAtOrBefore(lineStarts, end - 1) + 1 }
          : null,
        lang: detectLanguage(proseOf(text, blocks, start, end), lang),
      });
      if (passages.length > maxPassages) return passages;
    }
  }
  return passages;
}
