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
  const inside = blocks.filter((block) => block.end > start && block.start < end);
  for (const block of inside.filter(({ kind }) => kind !== 'code')) {
    if (length >= limit) break;
    const from = Math.max(start, block.start);
    const part = text.slice(from, Math.min(end, block.end, from + limit - length));
    parts.push(part);
    length += part.length;
  }
  let prose = parts.join('\n');
  for (const pattern of NOT_PROSE) prose = prose.replace(pattern, ' ');
  return prose;
}
