/**
 * Where the prose of a text lies: paragraphs and list items as spans, without headings, tables, code, rulers and other
 * markup lines. A sentence never crosses a block.
 */

export interface Span {
  readonly start: number;
  /** Exclusive. */
  readonly end: number;
}

const FENCE = /^\s*(`{3,}|~{3,})/u;
const HEADING = /^ {0,3}#{1,6}(\s|$)/u;
/** Under a line it makes a heading of it (setext); alone it is a ruler. */
const UNDERLINE = /^ {0,3}(=+|-+|[-*_]( *[-*_]){2,})\s*$/u;
const TABLE_ROW = /^\s*\||^\s*:?-{3,}:?\s*\|/u;
/** Link definitions, HTML tags alone on a line, directives (`:::`, `///`, `!!!`) and include markers. */
const MARKUP_LINE =
  /^\s*(\[[^\]]+\]:\s|<\/?[a-z!][^>]*>\s*$|:{3,}|\/{3,}|!{3}\s|\{[*%!{].*[}%*]\}\s*$|!\[[^\]]*\]\([^)]*\)\s*$)/iu;
/** What stands before the words of a line: quote marks, then a bullet or a number, then a check box. */
const LINE_PREFIX = /^\s*(?:>\s?)*\s*(?:(?:[-*+•‣◦・]|\p{Nd}{1,3}[.)])\s+)?(?:\[[ xX]\]\s+)?/u;
const STARTS_ITEM = /^\s*(?:>\s?)*\s*(?:[-*+•‣◦・]|\p{Nd}{1,3}[.)])\s+/u;
const LINE = /[^\n]*(?:\n|$)/gu;

const MARKUP_FORMATS: ReadonlySet<string> = new Set(['markdown']);

/** Blocks of `text` between `from` and `to`, as offsets in `text`, trimmed. `format` is the document's. */
export function proseBlocks(text: string, from: number, to: number, format: string): Span[] {
  const markup = MARKUP_FORMATS.has(format);
  const blocks: Span[] = [];
  let open: { start: number; end: number } | null = null;
  let fence: string | null = null;
  const close = () => {
    if (open !== null) blocks.push(open);
    open = null;
  };

  let at = from;
  for (const [raw] of text.slice(from, to).matchAll(LINE)) {
    if (raw === '') break;
    const start = at;
    at += raw.length;
    const line = raw.trimEnd();
    if (markup) {
      const ruler = FENCE.exec(line)?.[1];
      if (fence !== null || ruler !== undefined) {
        close();
        if (fence === null) fence = ruler!.slice(0, 3);
        else if (ruler?.startsWith(fence)) fence = null;
        continue;
      }
      if (UNDERLINE.test(line)) {
        open = null;
        continue;
      }
      if (HEADING.test(line) || TABLE_ROW.test(line) || MARKUP_LINE.test(line)) {
        close();
        continue;
      }
    }
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
  return blocks;
}
