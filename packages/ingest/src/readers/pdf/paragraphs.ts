/** Lines of a page -> paragraphs, by distance, size, indent and line fill. */
import type { PdfLine } from './lines.js';

/** What a tagged PDF says of a block. */
export type PdfTag =
  | { readonly kind: 'heading'; readonly level: number }
  | { readonly kind: 'paragraph' | 'item' | 'table' };

export interface PdfParagraph {
  readonly text: string;
  readonly size: number;
  readonly lineCount: number;
  /** Null where the page is not tagged. */
  readonly tag: PdfTag | null;
}

export function paragraphsOf(lines: readonly PdfLine[]): PdfParagraph[] {
  const leading = usualLeading(lines);
  const groups: PdfLine[][] = [];
  for (const line of lines) {
    const group = groups.at(-1);
    if (group === undefined || startsParagraph(group, line, leading)) groups.push([line]);
    else group.push(line);
  }
  return groups.map((group) => ({
    text: group.map(({ text }) => text).reduce(joinLines),
    size: group[0]!.size,
    lineCount: group.length,
    tag: null,
  }));
}

/** Median distance of neighbouring baselines, as a multiple of the font size. */
function usualLeading(lines: readonly PdfLine[]): number {
  const ratios: number[] = [];
  for (let at = 1; at < lines.length; at++) {
    const [above, below] = [lines[at - 1]!, lines[at]!];
    const ratio = distance(above, below) / Math.max(below.size, 1);
    if (above.direction === below.direction && ratio > 0.5 && ratio < 3) ratios.push(ratio);
  }
  ratios.sort((a, b) => a - b);
  const median = ratios[Math.floor(ratios.length / 2)] ?? 1.2;
  return ratios.length < 4 ? Math.min(median, 1.3) : median;
}

const SENTENCE_END = /[.!?:;。！？：；؟۔।…」』"”’)）]$/u;

function startsParagraph(group: readonly PdfLine[], line: PdfLine, leading: number): boolean {
  const last = group[group.length - 1]!;
  if (last.direction !== line.direction) return true;
  if (Math.abs(last.size - line.size) > Math.max(last.size, line.size) * 0.12) return true;
  const gap = distance(last, line);
  if (gap < -0.5 * line.size || gap > Math.max(leading * 1.35, 1.1) * Math.max(line.size, 1)) return true;
  const width = Math.max(...group.map(({ right }) => right)) - Math.min(...group.map(({ left }) => left));
  const endsShort = last.right - last.left < width * 0.85 && group.length > 1;
  if (endsShort && SENTENCE_END.test(last.text)) return true;
  const indented = line.left - last.left > line.size * 0.9 && line.left - last.left < line.size * 5;
  return (indented && SENTENCE_END.test(last.text)) || /^(?:[•‣▪◦●○■–]\s|\(?\d{1,3}[.)]\s)/u.test(line.text);
}

/** How far the second line lies below the first (for vertical writing: to its left). */
const distance = (above: PdfLine, below: PdfLine): number => above.baseline - below.baseline;

const UNSPACED =
  /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Thai}\p{Script=Lao}\p{Script=Khmer}\p{Script=Myanmar}\u3000-\u303f\uff00-\uffef]/u;

/** A hyphen between letters at the line end goes; scripts without spaces are joined without one. */
export function joinLines(before: string, after: string): string {
  if (before.endsWith('\u00ad')) return before.slice(0, -1) + after;
  if (/\p{L}-$/u.test(before) && /^\p{Ll}/u.test(after)) return before.slice(0, -1) + after;
  const last = Array.from(before.slice(-2)).at(-1) ?? '';
  const first = Array.from(after.slice(0, 2))[0] ?? '';
  return UNSPACED.test(last) && UNSPACED.test(first) ? before + after : `${before} ${after}`;
}
