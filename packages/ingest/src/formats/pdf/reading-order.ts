/**
 * Glyphs of a row from left to right, as the eye sees them -> the order in which they are read: the Unicode Bidirectional
 * Algorithm (UAX #9) backwards, for lines without embeddings.
 */
import type { Glyph } from './glyph.js';

/** What is placed along a row: a glyph, or a blank between two of them. */
export type Placed = Pick<Glyph, 'text' | 'left' | 'right'>;

const RIGHT_TO_LEFT = /[\u0590-\u08ff\ufb1d-\ufdff\ufe70-\ufefc]/;
const ARABIC = /[\u0620-\u064a\u066e-\u06d3\u06d5\u06ee-\u06ef\u06fa-\u06ff\u0750-\u077f\u08a0-\u08c9]/;

/** R: right to left. L: left to right. D: European digits. A: Arabic ones. N: neither, which its surroundings decide. */
type Kind = 'R' | 'L' | 'D' | 'A' | 'N';

function kindOf(text: string): Kind {
  if (/[\u0660-\u0669]/.test(text)) return 'A';
  if (/[\u05d0-\u05f2\ufb1d-\ufb4f]/.test(text) || ARABIC.test(text) || /[\ufb50-\ufdff\ufe70-\ufefc]/.test(text))
    return 'R';
  if (/\p{L}/u.test(text)) return 'L';
  return /\p{Nd}/u.test(text) ? 'D' : RIGHT_TO_LEFT.test(text) && /\p{L}|\p{M}/u.test(text) ? 'R' : 'N';
}

export const isRightToLeft = (text: string): boolean => kindOf(text) === 'R';

/** Letters by direction, to tell that of a page or line. */
export function lettersByDirection(glyphs: readonly Pick<Glyph, 'text'>[]): {
  rightToLeft: number;
  leftToRight: number;
} {
  let rightToLeft = 0;
  let leftToRight = 0;
  for (const { text } of glyphs) {
    const kind = kindOf(text);
    if (kind === 'R') rightToLeft += text.length;
    else if (kind === 'L') leftToRight += text.length;
  }
  return { rightToLeft, leftToRight };
}

/** @param visual from left to right, vowel signs with their letters */
export function inReadingOrder(visual: readonly Placed[], isRightToLeftLine: boolean): Placed[] {
  const kinds = visual.map(({ text }) => kindOf(text));
  const joinsNumbers = !visual.some(({ text }) => ARABIC.test(text));
  if (isRightToLeftLine) return turned(visual, kinds, joinsNumbers);
  const result: Placed[] = [];
  for (let at = 0; at < visual.length; ) {
    if (kinds[at] !== 'R') {
      result.push(visual[at++]!);
      continue;
    }
    let end = at + 1;
    for (let next = end; next < visual.length && kinds[next] !== 'L'; next++) if (kinds[next] === 'R') end = next + 1;
    result.push(...turned(visual.slice(at, end), kinds.slice(at, end), joinsNumbers));
    at = end;
  }
  return result;
}

/** Reads from right to left, runs of other writing from left to right. */
function turned(visual: readonly Placed[], kinds: readonly Kind[], joinsNumbers: boolean): Placed[] {
  const result: Placed[] = [];
  const bracketsAt: number[] = [];
  for (let end = visual.length; end > 0; ) {
    const from = runStart(visual, kinds, end - 1, joinsNumbers);
    if (from === null) {
      end--;
      if (BRACKETS.has(visual[end]!.text)) bracketsAt.push(result.length);
      result.push(visual[end]!);
    } else {
      result.push(...unitLast(visual.slice(from, end)));
      end = from;
    }
  }
  for (const at of bracketsAt) result[at] = { ...result[at]!, text: facing(result, at) };
  return result;
}

const UNITS =
  /^(?:[kMGTP]i?B|[kMG]?bps|[kMG]?bit|[kMGT]?Hz|[kcmµμn]?m|km\/h|[mk]?g|[mc]l|[kMG]?W|kWh|mAh?|[mk]Ω|px|dpi|pt|USD|EUR)$/;

/** A unit that is seen left of its number: read after it, unlike the name of a product (`Windows 11`). */
function unitLast(run: readonly Placed[]): readonly Placed[] {
  const blank = run.findIndex(({ text }) => text.trim() === '');
  if (blank < 1 || !UNITS.test(textOf(run.slice(0, blank)))) return run;
  const number = run.slice(blank + 1);
  if (!/^[\d.,\u066b\u066c]+$/.test(textOf(number))) return run;
  return [...number, run[blank]!, ...run.slice(0, blank)];
}

const textOf = (run: readonly Placed[]): string => run.map(({ text }) => text).join('');

const SEPARATOR = /^[.,:/\u066b\u066c\u060c]$/;
const HYPHEN = /^[-+\u2010\u2011]$/;
const SIGN = /^[#$%\u00a2-\u00a5\u00b0\u2030\u20a0-\u20cf\u2116]$/;

/** Where the run of other writing starts that ends at an index; null where none ends there. */
function runStart(
  visual: readonly Placed[],
  kinds: readonly Kind[],
  last: number,
  joinsNumbers: boolean,
): number | null {
  let from = last;
  const text = (at: number): string => visual[at]?.text ?? '';
  // A bracket that closes within the run: `f(x)`.
  if (CLOSING.has(text(from)) && kinds[from - 1] !== 'R') {
    const opening = openingBefore(visual, kinds, from);
    if (opening !== null && kinds[opening - 1] === 'L') from = opening - 1;
  }
  // Signs stand with European numbers, not with Arabic ones.
  if (SIGN.test(text(from)) && kinds[from - 1] === 'D' && joinsNumbers) from--;
  if (kinds[from] === 'N' || kinds[from] === 'R') {
    if (!(SIGN.test(text(from)) && kinds[from + 1] === 'D')) return from < last ? from : null;
  }
  for (;;) {
    const own = kinds[from];
    const before = kinds[from - 1];
    if (before === undefined || before === 'R') break;
    if (before !== 'N') {
      from--;
      continue;
    }
    let strong = from - 1;
    while (strong >= 0 && kinds[strong] === 'N') strong--;
    const reached = kinds[strong];
    const isOne = strong === from - 2;
    const isNumber = (kind: Kind | undefined): boolean => kind === 'D' || kind === 'A';
    if (reached === 'L' && own !== 'A') from = strong;
    else if (reached === 'D' && own === 'L') from = strong;
    else if (isNumber(reached) && isNumber(own) && isOne && SEPARATOR.test(text(from - 1))) from = strong;
    else if (
      reached === 'D' &&
      own === 'D' &&
      isOne &&
      HYPHEN.test(text(from - 1)) &&
      (joinsNumbers || isLatinBefore(kinds, strong))
    )
      from = strong;
    else if (own === 'D' && joinsNumbers && SIGN.test(text(from - 1))) {
      from--;
      break;
    } else break;
  }
  return from;
}

/** Whether a run of letters stands before a number: it takes the number with it. */
function isLatinBefore(kinds: readonly Kind[], at: number): boolean {
  for (let before = at; before >= 0 && kinds[before] !== 'R'; before--) if (kinds[before] === 'L') return true;
  return false;
}

function openingBefore(visual: readonly Placed[], kinds: readonly Kind[], closing: number): number | null {
  for (let at = closing - 1; at >= 0 && kinds[at] !== 'R'; at--) if (OPENING.has(visual[at]!.text)) return at;
  return null;
}

const PAIRS = ['()', '[]', '{}', '<>', '«»', '‹›', '⟨⟩', '【】', '（）'];
const OPENING: ReadonlySet<string> = new Set(PAIRS.map((pair) => pair[0]!));
const CLOSING: ReadonlySet<string> = new Set(PAIRS.map((pair) => pair[1]!));
const BRACKETS: ReadonlySet<string> = new Set([...OPENING, ...CLOSING]);

/**
 * Some producers name the bracket that is seen, others the one that is read. Which it is, the blanks around it tell: one
 * that opens stands at the beginning of a word.
 */
function facing(read: readonly Placed[], at: number): string {
  const own = read[at]!.text;
  const [opens, closes] = PAIRS.find((pair) => pair.includes(own))! as unknown as [string, string];
  const before = read[at - 1]?.text ?? ' ';
  const after = read[at + 1]?.text ?? ' ';
  const isApart = (text: string): boolean => text.trim() === '';
  const begins = isApart(before) || OPENING.has(before) || BRACKETS.has(before);
  const ends = isApart(after) || /^[\p{P}]$/u.test(after);
  if (begins && !isApart(after)) return opens;
  if (ends && !isApart(before)) return closes;
  return own;
}
