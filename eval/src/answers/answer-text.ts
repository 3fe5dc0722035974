/** Answers compared as text, in any script. */
import { segmenter } from '@glot/text';

const words = segmenter('word');
/** Scripts without blanks: dictionary words differ from text to text there, so characters are counted. */
const UNSPACED =
  /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Thai}\p{Script=Lao}\p{Script=Khmer}\p{Script=Myanmar}]/u;

/** Words, or characters of scripts without blanks; NFKC, lower case, punctuation dropped. */
export function answerUnits(text: string): string[] {
  const units: string[] = [];
  for (const { segment, isWordLike } of words.segment(text.normalize('NFKC').toLowerCase())) {
    if (!isWordLike) continue;
    if (UNSPACED.test(segment)) units.push(...segment);
    else units.push(segment);
  }
  return units;
}

/** Whether one text's units are exactly the other's. */
export function exactMatch(text: string, gold: string): boolean {
  return answerUnits(text).join('\n') === answerUnits(gold).join('\n');
}

/** Harmonic mean of precision and recall over units, as SQuAD counts them: each occurrence once. */
export function overlapF1(text: string, gold: string): number {
  const a = answerUnits(text);
  const b = answerUnits(gold);
  const left = new Map<string, number>();
  for (const unit of b) left.set(unit, (left.get(unit) ?? 0) + 1);
  let common = 0;
  for (const unit of a) {
    const count = left.get(unit) ?? 0;
    if (count > 0) common++;
    left.set(unit, count - 1);
  }
  return common === 0 ? 0 : (2 * common) / (a.length + b.length);
}

/** Whether the text holds the answer: compared without case, white space and compatibility forms. */
export function holdsAnswer(text: string, gold: string): boolean {
  const squeeze = (value: string) => value.normalize('NFKC').toLowerCase().replace(/\s+/gu, '');
  const needle = squeeze(gold);
  return needle !== '' && squeeze(text).includes(needle);
}
