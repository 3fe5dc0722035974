/**
 * Where the prose of a text lies: paragraphs and list items as spans, without the marks before them. A sentence never
 * crosses one.
 */
import type { BlockKind, BlockSpan, TextSpan } from '@glot/text';

/** What stands before the words of a line: quote marks, then a bullet or a number, then a check box. */
const LINE_PREFIX = /^\s*(?:>\s?)*\s*(?:(?:[-*+•‣◦・]|\p{Nd}{1,3}[.)])\s+)?(?:\[[ xX]\]\s+)?/u;
const STARTS_ITEM = /^\s*(?:>\s?)*\s*(?:[-*+•‣◦・]|\p{Nd}{1,3}[.)])\s+/u;
const LINE = /[^\n]*(?:\n|$)/gu;

const PROSE: ReadonlySet<BlockKind> = new Set(['paragraph', 'item']);

/**
 * The prose of `text` between `from` and `to`, as offsets in `text`, trimmed.
 * @param blocks of the document where its text holds markup; without them every line is prose
 */
export function proseBlocks(text: string, from: number, to: number, blocks?: readonly BlockSpan[]): TextSpan[] {
  if (blocks === undefined) return spansOf(text, from, to);
  return blocks.flatMap(({ kind, start, end }) =>
    PROSE.has(kind) && start < to && end > from ? spansOf(text, Math.max(from, start), Math.min(to, end)) : [],
  );
}

/** Runs of lines; blank lines and items part them. */
function spansOf(text: string, from: number, to: number): TextSpan[] {
  const spans: TextSpan[] = [];
  let open: { start: number; end: number } | null = null;
  const close = () => {
    if (open !== null) spans.push(open);
    open = null;
  };
  let at = from;
  for (const [raw] of text.slice(from, to).matchAll(LINE)) {
    if (raw === '') break;
    const start = at;
    at += raw.length;
    const line = raw.trimEnd();
    const prefix = LINE_PREFIX.exec(line)![0].length;
    if (prefix >= line.length) {
      close();
      continue;
    }
    if (STARTS_ITEM.test(line)) close();
    const end: number = start + line.length;
    if (open === null) open = { start: start + prefix, end };
    else open.end = end;
  }
  close();
  return spans;
}
