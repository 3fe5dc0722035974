/**
 * Looks a quote up in the document it is said to come from. Compared are folded texts (see folded-text.ts), so that
 * line breaks, full-width letters, presentation forms and decomposed accents do not matter; wording, order, case and
 * punctuation do. What is found is given back as a span of the original, on whole characters.
 * @module
 */

import { foldText, segmenter, type TextSpan } from '@glot/text';

/** Fewer words than this (`Intl.Segmenter`, in any script) prove nothing: they occur anywhere. */
export const MINIMUM_QUOTE_WORDS = 3;

export interface QuoteClaim {
  readonly quote: string;
  /** Where the quote must lie, as offsets in the document's text; default: anywhere. */
  readonly within?: TextSpan | undefined;
  /** Among several places the one that starts nearest to this offset is taken; default: the first. */
  readonly near?: number | undefined;
  /** Default `MINIMUM_QUOTE_WORDS`. */
  readonly minimumWords?: number | undefined;
}

export type CitationVerdict =
  | {
      readonly verified: true;
      /** UTF-16 offsets: `quote` is exactly `documentText.slice(start, end)`. */
      readonly start: number;
      readonly end: number;
      readonly quote: string;
    }
  | { readonly verified: false; readonly reason: 'too-short' | 'not-found' };

// A fixed locale: what verifies on one machine must verify on another. English has no word rules beyond the root ones.
const words = segmenter('word');
const graphemes = segmenter('grapheme');

/**
 * Checks one quote against one document.
 *
 * @example
 * verifyCitation('Tokyo\nis the capital.', { quote: 'Tokyo is the capital' });
 * // { verified: true, start: 0, end: 20, quote: 'Tokyo\nis the capital' }
 */
export function verifyCitation(documentText: string, claim: QuoteClaim): CitationVerdict {
  const needle = foldText(claim.quote).text;
  if (countWords(needle) < (claim.minimumWords ?? MINIMUM_QUOTE_WORDS) || needle === '') {
    return { verified: false, reason: 'too-short' };
  }
  const offset = Math.max(0, claim.within?.start ?? 0);
  const haystack = documentText.slice(offset, claim.within?.end ?? documentText.length);
  const folded = foldText(haystack);
  const clusters = graphemes.segment(haystack);

  let best: TextSpan | null = null;
  for (let at = folded.text.indexOf(needle); at !== -1; at = folded.text.indexOf(needle, at + 1)) {
    const last = at + needle.length - 1;
    // A place that begins or ends inside a stretch (half a ligature) would claim more than the quote says.
    if (at > 0 && folded.starts[at] === folded.starts[at - 1]) continue;
    if (last + 1 < folded.text.length && folded.starts[last] === folded.starts[last + 1]) continue;
    const start = folded.starts[at]!;
    const end = folded.ends[last]!;
    if (!startsCluster(clusters, start, haystack.length) || !startsCluster(clusters, end, haystack.length)) continue;
    if (best === null || isNearer(start + offset, best.start + offset, claim.near)) best = { start, end };
    if (claim.near === undefined) break;
  }
  if (best === null) return { verified: false, reason: 'not-found' };
  const quote = haystack.slice(best.start, best.end);
  return { verified: true, start: best.start + offset, end: best.end + offset, quote };
}

/** Words as `Intl.Segmenter` sees them: dictionary words in Chinese, Japanese and Thai; punctuation and emoji are none. */
export function countWords(text: string): number {
  let count = 0;
  for (const segment of words.segment(text)) if (segment.isWordLike) count++;
  return count;
}

function startsCluster(clusters: Intl.Segments, offset: number, length: number): boolean {
  return offset === length || clusters.containing(offset)?.index === offset;
}

function isNearer(candidate: number, current: number, near: number | undefined): boolean {
  return near !== undefined && Math.abs(candidate - near) < Math.abs(current - near);
}
