/** A passage longer than the encoder reads, cut into pieces it reads whole: at sentence ends, else between words. */
import type { Encoder } from '@glot/encoder';
import { segmenter } from '@glot/text';

const sentences = segmenter('sentence');
const words = segmenter('word');

export interface Piece {
  readonly text: string;
  /** UTF-16 offsets in the passage. */
  readonly start: number;
  readonly end: number;
}

/** Marker tokens that a document's length includes. */
const MARKER_TOKENS = 3;

/** Pieces that this encoder reads whole. */
export function piecesFor(encoder: Pick<Encoder, 'documentLength' | 'countTokens'>, text: string): Piece[] {
  return passagePieces(text, encoder.documentLength - MARKER_TOKENS, (piece) => encoder.countTokens(piece));
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
  const all = [...units(text, maxTokens, countTokens)];
  let start = 0;
  for (let first = 0; first < all.length; ) {
    const fits = (last: number) => countTokens(text.slice(start, all[last]!.end)) <= maxTokens;
    // Counted unit by unit a text has about the tokens that it has as a whole: the exact count is needed near the end only.
    let last = first;
    for (let tokens = all[first]!.tokens; last + 1 < all.length; last++) {
      tokens += all[last + 1]!.tokens;
      if (tokens > maxTokens) break;
    }
    while (last > first && !fits(last)) last--;
    while (last + 1 < all.length && fits(last + 1)) last++;
    push(start, all[last]!.end);
    start = all[last]!.end;
    first = last + 1;
  }
  return pieces;
}

interface Unit {
  readonly end: number;
  readonly tokens: number;
}

/** Sentences; the words of a sentence that is too long by itself, each with the space before it. */
function* units(text: string, maxTokens: number, countTokens: (text: string) => number): Generator<Unit> {
  for (const { segment, index } of sentences.segment(text)) {
    const tokens = countTokens(segment);
    if (tokens <= maxTokens) {
      yield { end: index + segment.length, tokens };
      continue;
    }
    let from = 0;
    for (const word of words.segment(segment)) {
      const to = word.index + word.segment.length;
      if (word.segment.trim() === '' && to < segment.length) continue;
      yield { end: index + to, tokens: countTokens(segment.slice(from, to)) };
      from = to;
    }
  }
}
