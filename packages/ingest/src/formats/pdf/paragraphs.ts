/** Lines of a page -> paragraphs, by distance, size, indent and line fill. */
import { VERTICAL } from './glyph.js';
import { joinLines } from './hyphens.js';
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
  const body = bodySize(lines);
  const { leading, isKnown } = usualLeading(lines, body);
  const isOverLines = headingsOf(lines, body);
  const widest = lines.reduce((width, { left, right }) => Math.max(width, right - left), 0);
  const groups: PdfLine[][] = [];
  for (const line of lines) {
    const group = groups.at(-1);
    if (
      group === undefined ||
      (startsParagraph(group, line, line.size > body * LARGER ? HEADING_LEADING : leading) &&
        !isOverLines(group, line) &&
        (isKnown || !goesOn(group.at(-1)!, line, widest)))
    )
      groups.push([line]);
    else group.push(line);
  }
  return groups.map((group) => ({
    text: group.map(({ text }) => text).reduce(joinLines),
    size: group[0]!.size,
    lineCount: group.length,
    tag: null,
  }));
}

/** Text is larger than the page's own from here on, as a multiple of its size; the leading that its lines have at least. */
const LARGER = 1.15;
const HEADING_LEADING = 1.2;

/** Size of most characters. */
function bodySize(lines: readonly PdfLine[]): number {
  const lengths = new Map<number, number>();
  for (const { size, text } of lines) {
    const rounded = Math.round(size * 2) / 2;
    lengths.set(rounded, (lengths.get(rounded) ?? 0) + text.length);
  }
  return Array.from(lengths).reduce((a, b) => (b[1] > a[1] ? b : a), [0, 0])[0];
}

/** Median distance of neighboring baselines of the page's own text, as a multiple of the font size. */
function usualLeading(lines: readonly PdfLine[], body: number): { leading: number; isKnown: boolean } {
  const ratios: number[] = [];
  for (let at = 1; at < lines.length; at++) {
    const [above, below] = [lines[at - 1]!, lines[at]!];
    const ratio = distance(above, below) / Math.max(below.size, 1);
    const isBody = above.size <= body * LARGER && below.size <= body * LARGER;
    if (isBody && above.direction === below.direction && ratio > 0.5 && ratio < 3) ratios.push(ratio);
  }
  ratios.sort((a, b) => a - b);
  const median = ratios[Math.floor(ratios.length / 2)] ?? 1.2;
  const isKnown = ratios.length >= 4;
  return { leading: isKnown ? median : Math.min(median, 1.3), isKnown };
}

/** Leading of lines that are set wide apart, in font sizes. */
const WIDE_LEADING = 2.2;

/** Whether a line goes on with a sentence that filled the line above, where too few lines tell how far apart lines stand. */
function goesOn(last: PdfLine, line: PdfLine, widest: number): boolean {
  const gap = distance(last, line);
  const isNear = gap > 0 && gap <= WIDE_LEADING * line.size && Math.abs(last.size - line.size) < 0.5;
  const isFilled = last.right - last.left > widest * 0.9 && last.direction === line.direction;
  return isNear && isFilled && !SENTENCE_END.test(last.text) && !ITEM_START.test(line.text);
}

/** Columns of vertical writing stand further apart than lines do. */
const COLUMN_GAP = 2.6;
/** Lines of one heading lie at most this far apart, in font sizes: headings have wider leading than the text. */
const HEADING_GAP = 2.2;
const MOST_HEADING_LINES = 3;

/** Whether a line goes on with a heading whose last line had no room for its first word. */
function headingsOf(lines: readonly PdfLine[], body: number): (group: readonly PdfLine[], line: PdfLine) => boolean {
  const widest = lines.reduce((width, { left, right }) => Math.max(width, right - left), 0);
  return (group, line) => {
    const last = group.at(-1)!;
    if (group.length === MOST_HEADING_LINES || line.size <= body * LARGER || line.direction !== last.direction)
      return false;
    if (Math.abs(last.size - line.size) > 0.5 || SENTENCE_END.test(last.text)) return false;
    const gap = distance(last, line);
    if (gap <= 0 || gap > HEADING_GAP * line.size) return false;
    const word = /^\S+/u.exec(line.text)![0].length;
    const room = widest - (last.right - last.left);
    return room < ((line.right - line.left) * (word + 1)) / line.text.length;
  };
}

const SENTENCE_END = /[.!?:;。！？：；؟۔।…」』"”’)）]$/u;

const ITEM_START = /^(?:[•‣▪◦●○■–]\s|\(?\d{1,3}[.)]\s)/u;

function startsParagraph(group: readonly PdfLine[], line: PdfLine, leading: number): boolean {
  const last = group[group.length - 1]!;
  if (last.direction !== line.direction) return true;
  if (Math.abs(last.size - line.size) > Math.max(last.size, line.size) * 0.12) return true;
  const gap = distance(last, line);
  const furthest = Math.max(leading * 1.35, line.direction === VERTICAL ? COLUMN_GAP : 1.1);
  if (gap < -0.5 * line.size || gap > furthest * Math.max(line.size, 1)) return true;
  const width = Math.max(...group.map(({ right }) => right)) - Math.min(...group.map(({ left }) => left));
  const endsShort = last.right - last.left < width * 0.85 && group.length > 1;
  if (endsShort && SENTENCE_END.test(last.text)) return true;
  const indented = line.left - last.left > line.size * 0.9 && line.left - last.left < line.size * 5;
  return (indented && SENTENCE_END.test(last.text)) || ITEM_START.test(line.text);
}

/** How far the second line lies below the first (for vertical writing: to its left). */
const distance = (above: PdfLine, below: PdfLine): number => above.baseline - below.baseline;
