import type { AbstainReason, AnswerEvent } from '@glot/glot';
import { place } from './place.js';
import { printable } from './printable.js';

/** Why there is no answer, for people. */
const REASONS: Readonly<Record<AbstainReason, string>> = {
  'nothing-found': 'no passage has anything of the question',
  'weak-evidence': 'no passage comes near enough to the question',
  'nothing-quotable': 'what was found has no sentence to quote',
  declined: 'the model read the passages and does not find it in them',
  'nothing-verified': 'the model gave no quote that stands in the documents',
};

const NEAREST = 3;

/**
 * Lines for stderr after an answer's events: why there is none, and where to look; empty where there is one.
 * @param unmatched what filters and phrases left out
 */
export function abstentionLines(
  events: readonly AnswerEvent[],
  displayPath: (path: string) => string,
  unmatched: string | null = null,
): string {
  let places: string[] = [];
  for (const event of events) {
    if (event.type === 'retrieved') {
      places = [...new Set(event.hits.map((hit) => printable(place(displayPath(hit.path), hit))))].slice(0, NEAREST);
    }
    if (event.type !== 'done' || event.reason === null) continue;
    const nearest = places.length === 0 ? '' : `nearest: ${places.join('; ')}\n`;
    return `no answer in the documents (${event.reason}): ${REASONS[event.reason]}${unmatched === null ? '' : ` (${unmatched})`}\n${nearest}`;
  }
  return '';
}
