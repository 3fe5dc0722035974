/**
 * Plain text: the file's own text. Blank lines part paragraphs; lines of equal fill are taken as one wrapped
 * paragraph, other lines stand alone. Source code, logs and data (`asLines`) are kept as lines.
 */
import { type Block, block, type Extraction } from '../extraction.js';
import { type LineSpan, lineSpans } from '../text/line-spans.js';

const MAX_WRAP_COLUMN = 120;

export function readPlainText(text: string, asLines: boolean): Extraction {
  const blocks: Block[] = [];
  const lines = lineSpans(text);
  const isBlank = ({ start, end }: LineSpan): boolean => text.slice(start, end).trim() === '';
  for (let at = 0; at < lines.length; ) {
    if (isBlank(lines[at]!)) {
      at++;
      continue;
    }
    let stop = at + 1;
    while (stop < lines.length && !isBlank(lines[stop]!)) stop++;
    const group = lines.slice(at, stop);
    const whole = [group[0]!.start, group[group.length - 1]!.end] as const;
    if (asLines) blocks.push(block('code', ...whole));
    else if (isWrapped(group)) blocks.push(block('paragraph', ...whole));
    else for (const { start, end } of group) blocks.push(block('item', start, end));
    at = stop;
  }
  return { text, title: null, meta: {}, blocks, pageStarts: null, hasLines: true, declaredLang: null };
}

/** All lines but the last are short enough to have been wrapped, and filled at least two thirds. */
function isWrapped(lines: readonly LineSpan[]): boolean {
  const widths = lines.slice(0, -1).map(({ start, end }) => end - start);
  if (widths.length === 0) return true;
  const widest = Math.max(...widths);
  return widest > 20 && widest <= MAX_WRAP_COLUMN && widths.every((width) => width >= widest * 0.66);
}
