/**
 * What people write in a query beside words: `"an exact phrase"`, and `-word` for what must not stand there. Everything
 * that may be just text is text.
 * @module
 */
import { wordFormsOf } from '@glot/text';

export interface ReadQuery {
  /** What to look for: the query without its signs and without what is left out. */
  readonly text: string;
  /** Parts of the text that have to stand in a passage word for word. */
  readonly phrases: readonly string[];
  /** Words and phrases that must not stand there. */
  readonly without: readonly string[];
}

/** By opening mark, what may close. */
const QUOTES: Readonly<Record<string, string>> = {
  '"': '"',
  '＂': '＂',
  '“': '”“',
  '”': '”',
  '„': '“”',
  '«': '»',
  '»': '«',
  '‹': '›',
  '「': '」',
  '『': '』',
  '｢': '｣',
};

const NO_BLANKS =
  /[\p{scx=Han}\p{scx=Hiragana}\p{scx=Katakana}\p{Script=Thai}\p{Script=Lao}\p{Script=Khmer}\p{Script=Myanmar}]/u;

const OPENS = /[\s(（[{]/u;
const CLOSES = /[\s)）\]}.,;:!?…。、，！？；：]/u;

interface Piece {
  readonly kind: 'text' | 'phrase' | 'word';
  readonly text: string;
  readonly isLeftOut: boolean;
}

/**
 * @param literal text to look for as well, in which nothing is a sign
 * @example
 * readQuery('"opening hours" museum -ticket'); // { text: 'opening hours museum', phrases: ['opening hours'], without: ['ticket'] }
 */
export function readQuery(typed: string, literal = ''): ReadQuery {
  const pieces = piecesOf(typed);
  const isCommand = COMMAND_LINE.test(typed) || pieces.some((piece) => piece.kind === 'word' && isFlag(piece.text));
  const read = pieces.map((piece, at) => {
    const before = pieces[at - 1]?.text ?? '';
    const isText = piece.kind === 'word' && (isCommand || CONJUNCTION.test(before.trim()));
    return isText ? { kind: 'text', text: `-${piece.text}`, isLeftOut: false } : piece;
  });
  const kept = read.filter(({ isLeftOut }) => !isLeftOut);
  const text = [...kept.map((piece) => piece.text), ' ', literal].join('').replace(/\s+/gu, ' ').trim();
  if (!hasWords(text)) return { text: `${typed} ${literal}`.trim(), phrases: [], without: [] };
  return {
    text,
    phrases: kept.filter(({ kind }) => kind === 'phrase').map((piece) => piece.text),
    without: read.filter(({ isLeftOut }) => isLeftOut).map((piece) => piece.text),
  };
}

/** After "Haupteingang und" a hyphen stands for a part of a word. */
const CONJUNCTION = /(?:^|\s)(?:und|oder|bzw\.?|sowie|and|or|en|of|og|och|eller|ja|tai|és|vagy|,)$/iu;

/** Flags, paths, globs, pipes: a line for a shell, whose hyphens mean nothing to us. */
const COMMAND_LINE =
  /(?:^|\s)(?:--?[\p{L}\p{N}](?=\s|$)|--\p{L}|-\p{L}*[\p{N}=_/.:]|[.~]?\/\S|\.(?=\s|$)|[|&<>]{1,2}(?=\s|$)|\$\s|\S*\*)/u;

/** Letters of flags in one: `-xzf`, `-la`. */
function isFlag(word: string): boolean {
  if (!/^\p{Script=Latin}+$/u.test(word)) return false;
  return word.length < 3 || (word.length < 6 && !/[aeiouy]/iu.test(word.normalize('NFD')));
}

const LEFT_OUT = /^-(\p{L}[\p{L}\p{M}’'-]*)(?=[\s.,;:!?)]|$)/u;

function piecesOf(typed: string): Piece[] {
  const pieces: Piece[] = [];
  let text = '';
  const add = (piece: Piece) => {
    if (text !== '') pieces.push({ kind: 'text', text, isLeftOut: false });
    text = '';
    pieces.push(piece);
  };
  for (let at = 0; at < typed.length; ) {
    const opens = at === 0 || OPENS.test(typed[at - 1]!);
    const isLeftOut = opens && typed[at] === '-';
    const quoted = opens || NO_BLANKS.test(typed[at - 1]!) ? quotedAt(typed, isLeftOut ? at + 1 : at) : null;
    const word = isLeftOut ? LEFT_OUT.exec(typed.slice(at))?.[1] : undefined;
    if (quoted) {
      add({ kind: 'phrase', text: quoted.text, isLeftOut });
      at = quoted.end;
    } else if (word !== undefined) {
      add({ kind: 'word', text: word, isLeftOut: true });
      at += word.length + 1;
    } else {
      text += typed[at];
      at += 1;
    }
  }
  if (text !== '') pieces.push({ kind: 'text', text, isLeftOut: false });
  return pieces;
}

/** A phrase with its marks at a place; null where no mark opens one, or none closes it behind words. */
function quotedAt(typed: string, at: number): { text: string; end: number } | null {
  const closing = QUOTES[typed[at]!];
  if (closing === undefined) return null;
  for (let end = at + 1; end < typed.length; end += 1) {
    if (!closing.includes(typed[end]!)) continue;
    const next = typed[end + 1];
    if (next !== undefined && !CLOSES.test(next) && !NO_BLANKS.test(next)) continue;
    const text = typed.slice(at + 1, end).trim();
    return hasWords(text) && !text.includes('*') ? { text, end: end + 1 } : null;
  }
  return null;
}

const hasWords = (text: string): boolean => wordFormsOf(text, []).length > 0;
