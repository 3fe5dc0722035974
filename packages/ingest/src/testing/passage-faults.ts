/**
 * What a list of passages must be, whatever the document: tests hold it against everything that is read.
 * @module
 */

import { graphemeEnds } from '@glot/text';
import type { Block } from '../extraction.js';
import type { Passage } from '../types.js';

/**
 * Faults in words, none when all is well: passages are exact, trimmed, ordered slices; every non-space character of
 * `blocks` is in exactly one; none begins or ends within a grapheme cluster.
 * @param blocks null where only the passages are known: then nothing but front matter may be missing before the first.
 */
export function passageFaults(text: string, blocks: readonly Block[] | null, passages: readonly Passage[]): string[] {
  const faults: string[] = [];
  let last = blocks === null ? (passages[0]?.start ?? 0) : 0;
  const isSpace = (start: number, end: number): boolean => text.slice(start, end).trim() === '';
  const edges = new Set<number>();
  for (const [index, passage] of passages.entries()) {
    const { start, end } = passage;
    if (text.slice(start, end) !== passage.text) faults.push(`passage ${index} is no slice`);
    if (passage.text.trim() !== passage.text || passage.text === '') faults.push(`passage ${index} is not trimmed`);
    if (start < last) faults.push(`passage ${index} overlaps the one before`);
    const gapIsFrontMatter = blocks !== null && index === 0 && (blocks[0]?.start ?? 0) >= start - 1;
    if (!gapIsFrontMatter && !isSpace(last, start)) faults.push(`text before passage ${index} is in no passage`);
    edges.add(start).add(end);
    last = end;
  }
  if (!isSpace(last, text.length)) faults.push('text after the last passage is in no passage');
  const clusterEnds = new Set(graphemeEnds(text));
  for (const edge of edges) {
    if (edge > 0 && !clusterEnds.has(edge)) faults.push(`offset ${edge} lies within a grapheme cluster`);
  }
  return faults;
}
