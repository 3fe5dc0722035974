/**
 * The headings that stand for the context of a passage, short enough that they never crowd out its body: together at
 * most `MAX_TRAIL_LENGTH` characters and `maxTokens` tokens. Longer ones end in an ellipsis; short ones stay whole as
 * long as they can, so that one endless heading does not take the place of the others.
 */
import { graphemeEnds } from '@glot/text';
import type { CountTokens } from './units.js';

export const MAX_TRAIL_LENGTH = 200;

/** What stands between headings where they are joined. */
const SEPARATOR_LENGTH = 3;

export function limitTrail(trail: readonly string[], countTokens: CountTokens, maxTokens: number): readonly string[] {
  let limited = fit(trail, MAX_TRAIL_LENGTH);
  // Scripts that the tokenizer does not know take several tokens a character.
  for (let room = MAX_TRAIL_LENGTH / 2; room >= 12 && countTokens(limited.join(' – ')) > maxTokens; room /= 2) {
    limited = fit(trail, room);
  }
  return limited;
}

function fit(trail: readonly string[], room: number): readonly string[] {
  let left = room - SEPARATOR_LENGTH * (trail.length - 1);
  if (trail.reduce((sum, { length }) => sum + length, 0) <= left) return trail;
  const limited = [...trail];
  const byLength = trail.map(({ length }, at) => ({ length, at })).sort((a, b) => a.length - b.length);
  byLength.forEach(({ length, at }, done) => {
    const share = Math.max(2, Math.floor(left / (byLength.length - done)));
    if (length > share) limited[at] = shorten(trail[at]!, share);
    left -= Math.min(length, share);
  });
  return limited;
}

/** At most `length` characters, the ellipsis among them; cut between words where one ends near. */
function shorten(heading: string, length: number): string {
  let end = 0;
  for (const at of graphemeEnds(heading.slice(0, length + 1))) if (at < length) end = at;
  const start = heading.slice(0, end);
  const blank = start.lastIndexOf(' ');
  return `${(blank > end / 2 ? start.slice(0, blank) : start).trimEnd()}…`;
}
