/** UTF-16 offsets of a stretch of text. */
import { segmenter } from '@glot/text';
export interface TextSpan {
  readonly start: number;
  readonly end: number;
}

const graphemes = segmenter('grapheme');
const utf8 = new TextEncoder();

/**
 * Where the tokens of a byte-level tokenizer stand in the text that they came from. A span is made of whole graphemes:
 * the tokens of one share it. Null for all where the normaliser changes text across graphemes, so that its bytes can't be
 * followed.
 * @param tokens as the vocabulary spells them, one character a byte
 * @param normalise what the tokenizer does to a text first
 * @returns [tokens]
 */
export function tokenSpans(
  text: string,
  tokens: readonly string[],
  normalise: (text: string) => string,
): (TextSpan | null)[] {
  const none = tokens.map(() => null);
  const parts: TextSpan[] = [];
  // Of each byte of the normalised text, its part.
  const partOf: number[] = [];
  let whole = '';
  for (const { segment, index } of graphemes.segment(text)) {
    const normalised = normalise(segment);
    whole += normalised;
    for (let bytes = utf8.encode(normalised).length; bytes > 0; bytes -= 1) partOf.push(parts.length);
    parts.push({ start: index, end: index + segment.length });
  }
  const bytes = tokens.reduce((sum, token) => sum + token.length, 0);
  if (whole !== normalise(text) || bytes !== partOf.length) return none;
  let at = 0;
  return tokens.map((token) => {
    const first = parts[partOf[at]!]!;
    at += token.length;
    const last = parts[partOf[at - 1]!]!;
    return withoutBlanks(text, first.start, last.end);
  });
}

// A token often begins with the blank before its word. Null for nothing but blanks.
function withoutBlanks(text: string, from: number, to: number): TextSpan | null {
  let start = from;
  let end = to;
  while (start < end && /\s/u.test(text[start]!)) start += 1;
  while (end > start && /\s/u.test(text[end - 1]!)) end -= 1;
  return start < end ? { start, end } : null;
}
