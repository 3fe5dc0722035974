import type { AnswerEvent } from '@glot/glot';
import { colors } from './colors.js';
import { onDiskNote } from './on-disk.js';
import { place } from './place.js';
import { printable } from './printable.js';

/** An answer as text while it comes: the sentences with numbers, then where each number stands. */
export interface AnswerWriter {
  /** What an event adds to the output; empty for most. */
  textOf(event: AnswerEvent): string;
}

export function createAnswerWriter(displayPath: (path: string) => string): AnswerWriter {
  const places: string[] = [];
  let shown = new Set<number>();
  return {
    textOf(event) {
      if (event.type === 'text') {
        shown = new Set();
        return `${event.sentence === 0 ? '' : '\n'}${printable(event.text)} `;
      }
      if (event.type === 'citation') {
        const { path, heading } = event.citation;
        const where = place(displayPath(path), event.citation);
        const named = printable(heading === null ? where : `${where}  ${heading}`);
        const line = `${named}${onDiskNote(event.citation.onDisk)}`;
        if (!places.includes(line)) places.push(line);
        const number = places.indexOf(line) + 1;
        if (shown.has(number)) return '';
        shown.add(number);
        return colors.cyan(`[${number}]`);
      }
      if (event.type !== 'done' || places.length === 0) return '';
      const sources = places.map((line, i) => `${colors.cyan(`[${i + 1}]`)} ${colors.dim(line)}`);
      return `\n\n${sources.join('\n')}\n`;
    },
  };
}
