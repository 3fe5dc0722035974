/**
 * Plain text: the file's own text. Blank lines part paragraphs; lines of equal fill are taken as one wrapped paragraph,
 * other lines stand alone. Titles and underlined lines are headings. Data and source code are kept as lines.
 */
import { type Block, block, type Extraction } from '../../extraction.js';
import { type LineSpan, lineSpans } from '../../text/line-spans.js';
import { withoutDataAddresses } from '../data-addresses.js';

const MAX_WRAP_COLUMN = 120;
const MAX_TITLE_LENGTH = 80;

export function readPlainText(source: string, kind: 'prose' | 'data' | 'code'): Extraction {
  const { text, notes } = withoutDataAddresses(source);
  const blocks: Block[] = [];
  for (const group of groupsOf(text)) {
    const [start, end] = [group[0]!.start, group[group.length - 1]!.end];
    if (kind !== 'prose') blocks.push(block(kind === 'data' ? 'table' : 'code', start, end));
    else if (isHeading(text, group, blocks.length === 0)) blocks.push(headingOf(text, group, start, end));
    else if (isWrapped(group)) blocks.push(block('paragraph', start, end));
    else for (const line of group) blocks.push(block('item', line.start, line.end));
  }
  const title = blocks.find((candidate) => candidate.kind === 'heading')?.heading ?? null;
  return { text, title, meta: {}, blocks, places: [], hasLines: true, declaredLang: null, notes };
}

/** Runs of lines that are not blank. */
function groupsOf(text: string): LineSpan[][] {
  const groups: LineSpan[][] = [];
  let afterBlank = true;
  for (const line of lineSpans(text)) {
    const isBlank = text.slice(line.start, line.end).trim() === '';
    if (!isBlank && afterBlank) groups.push([line]);
    else if (!isBlank) groups[groups.length - 1]!.push(line);
    afterBlank = isBlank;
  }
  return groups;
}

/** A short first line that stands alone and ends as no sentence does, or a line over a line of signs. */
function isHeading(text: string, group: readonly LineSpan[], isFirst: boolean): boolean {
  const first = text.slice(group[0]!.start, group[0]!.end).trim();
  if (first.length > MAX_TITLE_LENGTH || !/\p{L}/u.test(first)) return false;
  if (group.length === 2) return /^(?:={3,}|-{3,}|~{3,})$/.test(text.slice(group[1]!.start, group[1]!.end).trim());
  return group.length === 1 && isFirst && !/[.,;:!?。！？：；،؛؟।…]$/u.test(first);
}

function headingOf(text: string, group: readonly LineSpan[], start: number, end: number): Block {
  const heading = text.slice(start, group[0]!.end).replace(/\s+/g, ' ').trim();
  const underline = group[1] === undefined ? '=' : text.slice(group[1].start, end).trim()[0];
  return { kind: 'heading', start, end, level: underline === '=' ? 1 : 2, heading };
}

/** All lines but the last are short enough to have been wrapped, and filled at least two thirds. */
function isWrapped(lines: readonly LineSpan[]): boolean {
  const widths = lines.slice(0, -1).map(({ start, end }) => end - start);
  if (widths.length === 0) return true;
  const widest = widths.reduce((a, b) => Math.max(a, b));
  return widest > 20 && widest <= MAX_WRAP_COLUMN && widths.every((width) => width >= widest * 0.66);
}
