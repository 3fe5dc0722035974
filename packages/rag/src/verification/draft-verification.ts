/**
 * A generator's claims to verified citations. What is not found where it is said to be does not get through.
 * @module
 */

import { type Hit, pageNumber, placeAt, type StoredDocument } from '@glot/index';
import type { TextSpan } from '@glot/text';
import type { Citation, RejectedClaim } from '../answer/answer.js';
import type { DraftCitation, DraftSentence } from '../generators/answer-generator.js';
import { verifyCitation } from './citation-verification.js';

/** Of the packed contexts, by path. */
type StoredDocuments = ReadonlyMap<string, StoredDocument>;

export interface VerifiedSentence {
  readonly citations: Citation[];
  readonly rejected: RejectedClaim[];
}

const HEADING_SEPARATOR = ' › ';

export function verifySentence(sentence: DraftSentence, documents: StoredDocuments): VerifiedSentence {
  const citations: Citation[] = [];
  const rejected: RejectedClaim[] = [];
  if (sentence.citations.length === 0) rejected.push({ path: null, quote: sentence.text, reason: 'uncited' });
  for (const claim of sentence.citations) {
    const verdict = verifiedCitation(claim, documents);
    if (typeof verdict !== 'string') citations.push(verdict);
    else rejected.push({ path: claim.context?.path ?? null, quote: claim.quote, reason: verdict });
  }
  return { citations, rejected };
}

function verifiedCitation(
  { context, quote, near }: DraftCitation,
  documents: StoredDocuments,
): Citation | RejectedClaim['reason'] {
  if (context === null) return 'unknown-passage';
  const document = documents.get(context.path);
  if (document === undefined || document.id !== context.documentId) return 'missing-document';
  const verdict = verifyCitation(document.text, {
    quote,
    within: { start: context.start, end: context.end },
    near,
  });
  if (!verdict.verified) return verdict.reason;
  const hit = hitAround(context.hits, verdict.start);
  const place = placeAt(document.places ?? [], verdict.start);
  return {
    path: context.path,
    documentId: context.documentId,
    passageId: hit.passageId,
    start: verdict.start,
    end: verdict.end,
    // An index of an older format knows the page of the passage alone.
    page: place === null ? hit.page : pageNumber(place),
    place: place === null ? null : { kind: place.kind, label: place.label },
    lines: linesOf(hit, verdict, document.text),
    heading: hit.headings.length === 0 ? null : hit.headings.join(HEADING_SEPARATOR),
    quote: verdict.quote,
    verified: true,
  };
}

/** The hit that holds the offset; where hits overlap, the better ranked one. */
function hitAround(hits: readonly Hit[], offset: number): Hit {
  const around = hits.filter((hit) => hit.start <= offset && offset < hit.end);
  const [first, ...rest] = around.length > 0 ? around : hits;
  return rest.reduce((best, hit) => (hit.rank < best.rank ? hit : best), first!);
}

/** Lines of the span, where the passage has as many line breaks as lines: only then do its lines map to the file's. */
function linesOf(hit: Hit, span: TextSpan, text: string): Citation['lines'] {
  if (hit.lines === null) return null;
  const breaks = lineBreaks(text.slice(hit.start, hit.end));
  if (hit.lines.last - hit.lines.first !== breaks || span.end > hit.end) return hit.lines;
  const first = hit.lines.first + lineBreaks(text.slice(hit.start, span.start));
  return { first, last: first + lineBreaks(text.slice(span.start, span.end)) };
}

function lineBreaks(text: string): number {
  return text.match(/\r\n|\r|\n/gu)?.length ?? 0;
}
