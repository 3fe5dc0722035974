/** A passage longer than the encoder reads, cut into pieces it reads whole: at sentence ends, else between words. */

const sentences = new Intl.Segmenter('en', { granularity: 'sentence' });
const words = new Intl.Segmenter('en', { granularity: 'word' });

export interface Piece {
  readonly text: string;
  /** UTF-16 offsets in the passage. */
  readonly start: number;
  readonly end: number;
}

/** Pieces of at most `maxTokens` tokens in order; one, the whole, where the text fits; none where it is blank. */
export function passagePieces(text: string, maxTokens: number, countTokens: (text: string) => number): Piece[] {
  if (text.trim() === '') return [];
  if (countTokens(text) <= maxTokens) return [{ text, start: 0, end: text.length }];
  const pieces: Piece[] = [];
  const push = (start: number, end: number) => {
    const piece = text.slice(start, end);
    const from = start + piece.length - piece.trimStart().length;
    const to = start + piece.trimEnd().length;
    if (from < to) pieces.push({ text: text.slice(from, to), start: from, end: to });
  };
  let start = 0;
  let end = 0;
  for (const unit of units(text, maxTokens, countTokens)) {
    if (end > start && countTokens(text.slice(start, unit.end)) > maxTokens) {
      push(start, end);
      start = end;
    }
    end = unit.end;
  }
  push(start, end);
  return pieces;
}

/** Sentences; the words of a sentence that is too long by itself. */
function* units(text: string, maxTokens: number, countTokens: (text: string) => number): Generator<{ end: number }> {
  for (const { segment, index } of sentences.segment(text)) {
    if (countTokens(segment) <= maxTokens) yield { end: index + segment.length };
    else for (const word of words.segment(segment)) yield { end: index + word.index + word.segment.length };
  }
}
