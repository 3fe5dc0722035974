import type { Hit } from '@glot/glot';
import { printable } from './printable.js';

/** A line a word of the query that was taken for a mistyped one: `searched "harbour" for "harbuor"`. */
export function correctionLines(hits: readonly Pick<Hit, 'corrections'>[]): string {
  const searched = new Map<string, Set<string>>();
  for (const { typed, searched: meant } of hits.flatMap(({ corrections = [] }) => corrections)) {
    searched.set(typed, (searched.get(typed) ?? new Set()).add(meant));
  }
  const quoted = (word: string) => JSON.stringify(printable(word));
  const lines = Array.from(
    searched,
    ([typed, words]) => `searched ${[...words].map(quoted).join(', ')} for ${quoted(typed)}`,
  );
  return lines.map((line) => `${line}\n`).join('');
}
