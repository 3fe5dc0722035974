/** Text items of one page, as pdf.js gives them -> lines with a place and a size. */
import type { TextContent, TextItem } from 'pdfjs-dist/types/src/display/api.js';
import { toLetters } from './letters.js';

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

interface Piece {
  readonly text: string;
  readonly left: number;
  readonly right: number;
  readonly baseline: number;
  readonly size: number;
  readonly direction: number;
}

const VERTICAL = 4;

export function linesOf(items: TextContent['items']): PdfLine[] {
  const lines: PdfLine[] = [];
  let open: Piece[] = [];
  const close = (): void => {
    const line = joinPieces(open);
    if (line !== undefined) lines.push(line);
    open = [];
  };
  for (const item of items) {
    if (!('str' in item)) continue;
    const piece = pieceOf(item);
    const last = open.at(-1);
    if (last !== undefined && piece.text.trim() !== '' && startsNewLine(last, piece)) close();
    if (piece.text !== '') open.push(piece);
    if (item.hasEOL) close();
  }
  close();
  return lines;
}

/** Rotates the item so that its line runs along the first axis. */
function pieceOf(item: TextItem): Piece {
  const [a = 1, b = 0, c = 0, d = 1, x = 0, y = 0] = item.transform as number[];
  const text = toLetters(item.str);
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
function startsNewLine(last: Piece, next: Piece): boolean {
  if (last.direction !== next.direction) return true;
  return Math.abs(last.baseline - next.baseline) > Math.max(last.size, next.size, 1) * 0.8;
}

function joinPieces(pieces: readonly Piece[]): PdfLine | undefined {
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

const RIGHT_TO_LEFT = /[\u0590-\u08ff\ufb1d-\ufdff\ufe70-\ufefc]/g;
const LEFT_TO_RIGHT = /[\p{Script=Latin}\p{Script=Cyrillic}\p{Script=Greek}\p{N}]/gu;

/** Many producers write a right-to-left line word by word as it lies on the page: its last word first. */
function inReadingOrder(pieces: readonly Piece[]): readonly Piece[] {
  const whole = pieces.map(({ text }) => text).join('');
  const rightToLeft = count(whole, RIGHT_TO_LEFT);
  if (rightToLeft === 0 || rightToLeft < count(whole, LEFT_TO_RIGHT)) return pieces;
  const ordered = pieces
    .map((piece, index) => ({ piece, index }))
    .sort((a, b) => b.piece.left - a.piece.left || b.index - a.index)
    .map(({ piece }) => piece);
  return turnBackForeignRuns(ordered);
}

/** Within a right-to-left line, words of Latin script and numbers that follow each other run left to right. */
function turnBackForeignRuns(pieces: readonly Piece[]): Piece[] {
  const result: Piece[] = [];
  let run: Piece[] = [];
  const flush = (): void => {
    // White space at the edges of a run belongs to the right-to-left text around it.
    let end = run.length;
    while (end > 0 && run[end - 1]!.text.trim() === '') end--;
    result.push(...run.slice(0, end).reverse(), ...run.slice(end));
    run = [];
  };
  for (const piece of pieces) {
    const isForeign = count(piece.text, RIGHT_TO_LEFT) === 0 && count(piece.text, LEFT_TO_RIGHT) > 0;
    const isSpaceInRun = run.length > 0 && piece.text.trim() === '';
    if (isForeign || isSpaceInRun) run.push(piece);
    else {
      flush();
      result.push(piece);
    }
  }
  flush();
  return result;
}

const count = (text: string, pattern: RegExp): number => text.match(pattern)?.length ?? 0;
