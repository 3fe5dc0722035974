import type { Encoder } from '@glot/encoder';
import type { Hit, RowMatch } from '@glot/index';
import type { TextSpan } from '@glot/text';
import { encodedText } from '../texts/encoded-text.js';

/** A query token and the token of a passage that is most like it. */
export interface TokenMatch extends RowMatch {
  /** The query's token as it was typed; null for a marker, or where an encoder can't tell. */
  readonly queryText: string | null;
  /** The passage's token as it stands there, or in the headings in front of it; null as above. */
  readonly text: string | null;
  /** Where it stands in the text extracted from the document, UTF-16; null where it stands in the headings. */
  readonly start: number | null;
  readonly end: number | null;
}

/**
 * Finds the pieces of text behind the rows of a match.
 * @param querySpans of the query's rows; none where the encoder can't tell
 * @param encoder of the passage's rows; null where these are pooled, which leaves no tokens to point at
 */
export function tokenMatches(
  query: string,
  querySpans: readonly (TextSpan | null)[],
  hit: Hit,
  matches: readonly RowMatch[],
  encoder: Encoder | null,
): TokenMatch[] {
  const encoded = encodedText(hit.title, hit);
  const lead = encoded.length - hit.text.length;
  const ofPassage = encoder?.tokenOffsets?.(encoded, 'document') ?? [];
  return matches.map((match) => {
    const asked = querySpans[match.queryRow];
    const span = ofPassage[match.row];
    const inPassage = span && span.start >= lead;
    return {
      ...match,
      queryText: asked ? query.slice(asked.start, asked.end) : null,
      text: span ? encoded.slice(span.start, span.end) : null,
      start: inPassage ? hit.start + span.start - lead : null,
      end: inPassage ? hit.start + span.end - lead : null,
    };
  });
}
