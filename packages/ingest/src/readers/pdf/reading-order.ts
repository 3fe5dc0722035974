/**
 * Pieces of a right-to-left line in the order they are read. Many producers write such a line as it lies on the page:
 * its last word first, its vowel signs wherever the pen was.
 */
import type { PdfPiece } from './lines.js';

const RIGHT_TO_LEFT = /[\u0590-\u08ff\ufb1d-\ufdff\ufe70-\ufefc]/g;
const LEFT_TO_RIGHT = /[\p{Script=Latin}\p{Script=Cyrillic}\p{Script=Greek}\p{N}]/gu;

/** Lines of other scripts come back as they are, unless the pen went back over whole pieces (leaders of a contents). */
export function inReadingOrder(pieces: readonly PdfPiece[]): readonly PdfPiece[] {
  const whole = pieces.map(({ text }) => text).join('');
  const rightToLeft = count(whole, RIGHT_TO_LEFT);
  if (rightToLeft === 0) return leftToRight(pieces);
  if (rightToLeft < count(whole, LEFT_TO_RIGHT)) return pieces;
  const ordered = attachMarks(pieces)
    .map((piece, index) => ({ piece, index }))
    .sort((a, b) => b.piece.left - a.piece.left || b.index - a.index)
    .map(({ piece }) => piece);
  return turnBackForeignRuns(ordered);
}

function leftToRight(pieces: readonly PdfPiece[]): readonly PdfPiece[] {
  const inked = pieces.filter(({ text }) => text.trim() !== '');
  const goesBack = inked.some((piece, at) => at > 0 && piece.right <= inked[at - 1]!.left);
  return goesBack ? [...pieces].sort((a, b) => a.left - b.left) : pieces;
}

/** Pieces of vowel signs alone go to the letter they hang over; the space pdf.js puts before them goes. */
function attachMarks(pieces: readonly PdfPiece[]): PdfPiece[] {
  const bases: PdfPiece[] = [];
  const marks: PdfPiece[] = [];
  for (const piece of pieces) (/^\s*\p{Mn}+\s*$/u.test(piece.text) ? marks : bases).push(piece);
  for (const mark of marks) {
    const distances = bases.map((base) =>
      count(base.text, RIGHT_TO_LEFT) === 0
        ? Number.POSITIVE_INFINITY
        : Math.max(base.left - mark.left, mark.left - base.right, 0),
    );
    const at = distances.indexOf(Math.min(...distances));
    const base = bases[at];
    if (base !== undefined) bases[at] = { ...base, text: insertMark(base, mark) };
  }
  return bases;
}

/** After the letter at the mark's place, all letters taken as equally wide. */
function insertMark(base: PdfPiece, mark: PdfPiece): string {
  const clusters = base.text.match(/\P{Mn}\p{Mn}*/gu) ?? [base.text];
  const share = (base.right - mark.left) / Math.max(base.right - base.left, 1e-6);
  const letter = Math.min(clusters.length - 1, Math.max(0, Math.floor(share * clusters.length)));
  clusters[letter] += mark.text.trim();
  return clusters.join('').normalize('NFC');
}

/** Within a right-to-left line, words of Latin script and numbers that follow each other run left to right. */
function turnBackForeignRuns(pieces: readonly PdfPiece[]): PdfPiece[] {
  const result: PdfPiece[] = [];
  let run: PdfPiece[] = [];
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
