/**
 * Fewer hits that say more: what repeats a better hit of another document nearly word by word goes, and no document
 * takes more than half of the places while others wait.
 * @module
 */

import type { Hit } from '@glot/index';
import { segmenter } from '@glot/text';
import type { DroppedHit } from './packed-context.js';

/** Hits to search for each one that is kept. */
export const POOL_FACTOR = 2;

/** Share of the words of the shorter passage that stand in the other one, too. */
const SAME_WORDS = 0.9;

/** Shorter passages share their words by chance. */
const FEWEST_WORDS = 12;

const words = segmenter('word');

export interface DiverseHits {
  /** Best first, ranks counted anew. */
  readonly hits: readonly Hit[];
  /** Of the first `limit` hits, those that gave their place to others. */
  readonly dropped: readonly DroppedHit[];
}

/** @param pool hits, best first @param limit at most so many are kept */
export function diversify(pool: readonly Hit[], limit: number): DiverseHits {
  const share = Math.ceil(limit / 2);
  const kept: Hit[] = [];
  const waiting: Hit[] = [];
  const dropped: DroppedHit[] = [];
  const sets = new Map<Hit, ReadonlySet<string>>();
  pool.forEach((hit, i) => {
    if (kept.length === limit) return;
    sets.set(hit, wordSet(hit.text));
    const drop = (reason: DroppedHit['reason']) => {
      if (i < limit) dropped.push({ passageId: hit.passageId, path: hit.path, reason, tokens: 0 });
    };
    if (kept.some((other) => other.documentId !== hit.documentId && sameWords(sets.get(hit)!, sets.get(other)!))) {
      drop('near-duplicate');
    } else if (kept.filter((other) => other.documentId === hit.documentId).length === share) {
      waiting.push(hit);
    } else kept.push(hit);
  });
  const filled = waiting.slice(0, limit - kept.length);
  for (const { passageId, path } of waiting.slice(filled.length)) {
    if (pool.findIndex((hit) => hit.passageId === passageId) < limit) {
      dropped.push({ passageId, path, reason: 'crowded', tokens: 0 });
    }
  }
  const hits = [...kept, ...filled].sort((a, b) => a.rank - b.rank).map((hit, i) => ({ ...hit, rank: i + 1 }));
  return { hits, dropped };
}

function sameWords(a: ReadonlySet<string>, b: ReadonlySet<string>): boolean {
  const [short, long] = a.size < b.size ? [a, b] : [b, a];
  if (short.size < FEWEST_WORDS) return false;
  let shared = 0;
  for (const word of short) if (long.has(word)) shared++;
  return shared >= SAME_WORDS * short.size;
}

function wordSet(text: string): Set<string> {
  const found = new Set<string>();
  for (const { segment, isWordLike } of words.segment(text.normalize('NFKC').toLowerCase())) {
    if (isWordLike) found.add(segment);
  }
  return found;
}
