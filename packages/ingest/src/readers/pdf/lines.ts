/** Text items of one page, as pdf.js gives them -> lines with a place and a size. */
import type { TextContent, TextItem } from 'pdfjs-dist/types/src/display/api.js';
import { toLetters } from './letters.js';
import { inReadingOrder } from './reading-order.js';

export interface PdfLine {
  readonly text: string;
  /** Along the line's own axes, in points: where it starts and ends, and the distance of its baseline from the origin. */
  readonly left: number;
  readonly right: number;
  readonly baseline: number;
  /** Font size, of most of the line's characters. */
  readonly size: number;
  /** Quarter turns of the writing direction, 0 to 3; 4 for vertical writing. */
  readonly direction: number;
}

/** A stretch of a line, as pdf.js cuts it; places as in a line. */
export type PdfPiece = PdfLine;

const VERTICAL = 4;

export function linesOf(items: TextContent['items']): PdfLine[] {
  const lines: PdfLine[] = [];
  let open: PdfPiece[] = [];
  let ended = false;
  const close = (): void => {
    const line = joinPieces(open);
    if (line !== undefined) lines.push(line);
    open = [];
  };
  for (const item of items) {
    if (!('str' in item)) continue;
    const piece = pieceOf(item);
    const last = open.at(-1);
    if (last !== undefined && piece.text.trim() !== '') {
      if (startsNewLine(last, piece) || (ended && !continues(last, piece))) close();
      ended = false;
    }
    if (piece.text !== '') open.push(piece);
    ended ||= item.hasEOL;
  }
  close();
  return lines;
}

/** Rotates the item so that its line runs along the first axis. */
function pieceOf(item: TextItem): PdfPiece {
  const [a = 1, b = 0, c = 0, d = 1, x = 0, y = 0] = item.transform as number[];
  const letters = toLetters(item.str);
  // What is left of a glyph that names no letter is the space pdf.js saw before it.
  const text = letters !== item.str && letters.trim() === '' ? '' : letters;
  if (item.dir === 'ttb') {
    return { text, left: -y, right: -y + item.height, baseline: x, size: Math.hypot(a, b), direction: VERTICAL };
  }
  const direction = ((Math.round(Math.atan2(b, a) / (Math.PI / 2)) % 4) + 4) % 4;
  const [along, across] = [
    [x, y],
    [y, -x],
    [-x, -y],
    [-y, x],
  ][direction] as [number, number];
  return { text, left: along, right: along + item.width, baseline: across, size: Math.hypot(c, d), direction };
}

/** pdf.js reports line ends within one run of text; a jump elsewhere on the page is ours to see. */
function startsNewLine(last: PdfPiece, next: PdfPiece): boolean {
  if (last.direction !== next.direction) return true;
  return Math.abs(last.baseline - next.baseline) > Math.max(last.size, next.size, 1) * 0.8;
}

/** A line end that pdf.js reports where the pen only stepped back for a vowel sign is none. */
function continues(last: PdfPiece, next: PdfPiece): boolean {
  const gap = Math.max(next.left - last.right, last.left - next.right);
  return Math.abs(last.baseline - next.baseline) < next.size * 0.3 && gap < next.size * 0.3;
}

function joinPieces(pieces: readonly PdfPiece[]): PdfLine | undefined {
  const text = inReadingOrder(pieces)
    .map((piece) => piece.text)
    .join('')
    .replace(/\s+/g, ' ')
    .trim();
  const inked = pieces.filter((piece) => piece.text.trim() !== '');
  const first = inked[0];
  if (text === '' || first === undefined) return undefined;
  const main = inked.reduce((a, b) => (b.text.length > a.text.length ? b : a));
  return {
    text,
    left: Math.min(...inked.map(({ left }) => left)),
    right: Math.max(...inked.map(({ right }) => right)),
    baseline: main.baseline,
    size: main.size,
    direction: first.direction,
  };
}
