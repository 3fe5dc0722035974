import { segmenter, type TextSpan } from '@glot/text';

/** How a vocabulary spells its tokens: one character a byte, or as text with a mark for blanks. */
export type Spelling = 'bytes' | 'metaspace';

const graphemes = segmenter('grapheme');
const utf8 = new TextEncoder();
const MARK = '▁';
/** Of a unit that stands for nothing in the text. */
const NOWHERE = -1;

/**
 * Where tokens stand in the text that they came from. A span is made of whole graphemes: the tokens of one share it. Null
 * for all where the normalizer changes text across graphemes, so that it can't be followed; several blanks that become one
 * can be.
 * @param tokens as the vocabulary spells them
 * @param normalize what the tokenizer does to a text first
 * @returns [tokens]
 */
export function tokenSpans(
  text: string,
  tokens: readonly string[],
  normalize: (text: string) => string,
  spelling: Spelling = 'bytes',
): (TextSpan | null)[] {
  const none = tokens.map(() => null);
  const parts: TextSpan[] = [];
  // Of each UTF-16 unit of the normalized text, its part.
  const units: number[] = [];
  let whole = '';
  for (const { segment, index } of graphemes.segment(text)) {
    const normalized = normalize(segment);
    whole += normalized;
    for (let left = normalized.length; left > 0; left -= 1) units.push(parts.length);
    parts.push({ start: index, end: index + segment.length });
  }
  const kept = withOneBlank(whole, units, normalize(text));
  if (kept === null) return none;
  const partOf = spelling === 'bytes' ? perByte(kept.text, kept.units) : perPiece(tokens, kept.units);
  if (tokens.reduce((sum, token) => sum + token.length, 0) !== partOf.length) return none;
  let at = 0;
  return tokens.map((token) => {
    const [first] = partOf.slice(at, at + token.length).filter((part) => part !== NOWHERE);
    at += token.length;
    if (first === undefined) return null;
    return withoutBlanks(text, parts[first]!.start, parts[partOf[at - 1]!]!.end);
  });
}

// Leaves out the blanks that the normalizer, given the whole text, merged into the one before; null for other differences.
function withOneBlank(whole: string, units: readonly number[], normalized: string) {
  const kept: number[] = [];
  for (let i = 0; i < whole.length; i += 1) {
    if (whole[i] === normalized[kept.length]) kept.push(units[i]!);
    else if (whole[i] !== ' ' || normalized[kept.length - 1] !== ' ') return null;
  }
  return kept.length === normalized.length ? { text: normalized, units: kept } : null;
}

function perByte(text: string, units: readonly number[]): number[] {
  let at = 0;
  return [...text].flatMap((character) => {
    const part = units[at]!;
    at += character.length;
    return Array.from(utf8.encode(character), () => part);
  });
}

// The mark before the first word is in no text.
function perPiece(tokens: readonly string[], units: readonly number[]): number[] {
  const length = tokens.reduce((sum, token) => sum + token.length, 0);
  return length === units.length + 1 && tokens[0]!.startsWith(MARK) ? [NOWHERE, ...units] : [...units];
}

// A token often begins with the blank before its word. Null for nothing but blanks.
function withoutBlanks(text: string, from: number, to: number): TextSpan | null {
  let start = from;
  let end = to;
  while (start < end && /\s/u.test(text[start]!)) start += 1;
  while (end > start && /\s/u.test(text[end - 1]!)) end -= 1;
  return start < end ? { start, end } : null;
}
