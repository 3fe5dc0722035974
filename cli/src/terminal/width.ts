import { segmenter } from '@glot/glot/text';
import stringWidth from 'string-width';

const WIDEST = 100;

/**
 * Columns for text on stdout: those of the terminal, at most 100, which is also the width in pipes and files, and in
 * terminals that say they have none, as those of some containers and editors do.
 */
export function outputColumns(stream: { readonly columns?: number } = process.stdout): number {
  return Math.min(stream.columns || WIDEST, WIDEST);
}

const graphemes = segmenter('grapheme');

/** Cuts a line to a display width, whole graphemes only. */
export function fit(line: string, width: number): string {
  if (stringWidth(line) <= width) return line;
  let kept = '';
  let used = 0;
  for (const { segment } of graphemes.segment(line)) {
    const columns = stringWidth(segment);
    if (used + columns > width - 1) break;
    kept += segment;
    used += columns;
  }
  return `${kept}…`;
}
