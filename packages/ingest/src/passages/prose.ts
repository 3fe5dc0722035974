/** The part of a text that tells its language: no code, no addresses, no markup. */
import type { Block } from '../extraction.js';

const NOT_PROSE = [
  /`[^`\n]*`/g,
  /\b(?:https?|ftp):\/\/[^\s<>()"'，。）]+/g,
  /\]\([^()\s]*\)/g,
  /<\/?[A-Za-z][^<>]*>/g,
  /\{[*#/%{][^{}]*\}/g,
  /^\/\/\/ ?\w*/gm,
];

/** At most `limit` characters of the prose between `start` and `end`. */
export function proseOf(text: string, blocks: readonly Block[], start: number, end: number, limit = 4_000): string {
  const parts: string[] = [];
  let length = 0;
  for (let at = firstEndingAfter(blocks, start); at < blocks.length && length < limit; at++) {
    const block = blocks[at]!;
    if (block.start >= end) break;
    if (block.kind === 'code' || block.kind === 'markup') continue;
    const from = Math.max(start, block.start);
    const part = text.slice(from, Math.min(end, block.end, from + limit - length));
    parts.push(part);
    length += part.length;
  }
  let prose = parts.join('\n');
  for (const pattern of NOT_PROSE) prose = prose.replace(pattern, ' ');
  return prose;
}

/** Index of the first block that ends after `offset`; blocks are in order. */
function firstEndingAfter(blocks: readonly Block[], offset: number): number {
  let low = 0;
  let high = blocks.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (blocks[middle]!.end > offset) high = middle;
    else low = middle + 1;
  }
  return low;
}
