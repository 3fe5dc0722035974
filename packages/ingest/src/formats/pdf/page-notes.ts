/** What of a document's pages was not read, in words for people. */
import type { Note } from '../../notes.js';
import type { PagesOnce } from './running-heads.js';

export interface NotRead {
  /** Numbers of pages. */
  readonly noText: readonly number[];
  readonly unreadable: readonly number[];
  readonly illegible: readonly number[];
  readonly firstError: string | undefined;
  /** Characters that no font names. */
  readonly dropped: number;
}

export function notRead(count: number, { noText, unreadable, illegible, firstError, dropped }: NotRead): Note[] {
  const notes: Note[] = [];
  const of = `of ${count}`;
  if (noText.length > 0) {
    notes.push({ kind: 'no-text-layer', detail: `${pageRanges(noText)} ${of}: scanned, drawn or empty` });
  }
  if (unreadable.length > 0) {
    notes.push({ kind: 'unreadable-pages', detail: `${pageRanges(unreadable)} ${of}: ${firstError}` });
  }
  if (illegible.length > 0) {
    const what = `${dropped} characters in fonts that do not say which letters their glyphs are`;
    notes.push({ kind: 'illegible-text', detail: `${pageRanges(illegible)} ${of}: ${what}` });
  }
  return notes;
}

/** @param unseen characters that pages do not show, by the page's number */
export function leftOut(
  { repeats, pagesOfRepeats }: PagesOnce,
  unseen: ReadonlyMap<number, number>,
  count: number,
): Note[] {
  const notes: Note[] = [];
  if (repeats > 0) {
    const what = `running heads and feet that stand on an earlier page, and page numbers (${repeats} in all)`;
    notes.push({ kind: 'left-out', detail: `${pageRanges(pagesOfRepeats)} of ${count}: ${what}` });
  }
  if (unseen.size > 0) {
    const characters = [...unseen.values()].reduce((sum, own) => sum + own, 0);
    const what = `${characters} characters that the page does not show (outside of it, or in a layer that is off)`;
    notes.push({ kind: 'left-out', detail: `${pageRanges([...unseen.keys()])} of ${count}: ${what}` });
  }
  return notes;
}

/** `page 4`, `pages 1-3, 7`. */
function pageRanges(numbers: readonly number[]): string {
  const ranges: [number, number][] = [];
  for (const number of numbers) {
    const last = ranges.at(-1);
    if (last?.[1] === number - 1) last[1] = number;
    else ranges.push([number, number]);
  }
  const told = ranges.slice(0, 20).map(([from, to]) => (from === to ? `${from}` : `${from}-${to}`));
  if (ranges.length > told.length) told.push('...');
  return `${numbers.length === 1 ? 'page' : 'pages'} ${told.join(', ')}`;
}
