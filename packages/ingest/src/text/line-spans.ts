/**
 * Lines of a text as spans; `\n`, `\r\n` and a lone `\r` end a line, and the ending is not part of the span.
 * @module
 */

export interface LineSpan {
  readonly start: number;
  readonly end: number;
}

export function lineSpans(text: string, from = 0, to = text.length): LineSpan[] {
  const spans: LineSpan[] = [];
  let start = from;
  for (let at = from; at < to; at++) {
    const code = text.charCodeAt(at);
    if (code !== 10 && code !== 13) continue;
    spans.push({ start, end: at });
    if (code === 13 && at + 1 < to && text.charCodeAt(at + 1) === 10) at++;
    start = at + 1;
  }
  if (start < to) spans.push({ start, end: to });
  return spans;
}

/** Index of the last of the ascending `starts` that is not beyond `offset`; -1 when all are. */
export function lastStartAtOrBefore(starts: readonly number[], offset: number): number {
  let low = 0;
  let high = starts.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (starts[middle]! <= offset) low = middle + 1;
    else high = middle;
  }
  return low - 1;
}
