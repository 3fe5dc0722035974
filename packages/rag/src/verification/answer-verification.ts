import type { Hit } from '@glot/index';
import { foldText, type TextSpan } from '@glot/text';
import { countWords, MINIMUM_QUOTE_WORDS, verifyCitation } from './citation-verification.js';

/**
 * Checks answers that were made elsewhere. Nothing in the answer is believed, its own `verified` least of all.
 * @module
 */

/** An answer as anyone may have made it. */
export interface ClaimedAnswer {
  readonly question?: string | null | undefined;
  readonly answer: readonly { readonly text: string; readonly citations: readonly ClaimedCitation[] }[];
}

export interface ClaimedCitation {
  readonly path: string;
  readonly quote: string;
  /** UTF-16 offsets in the document's text; an answer may leave both out. */
  readonly start?: number | null | undefined;
  readonly end?: number | null | undefined;
}

export type CitationProblem =
  /** The index has no document of that path. */
  | 'unknown-path'
  /** The quote stands in the document, but not at the offsets: `found` says where. */
  | 'wrong-offsets'
  /** The document does not say that. */
  | 'not-found'
  /** Fewer words than prove anything. */
  | 'too-short'
  /** A sentence without any citation. */
  | 'uncited';

export interface CheckedCitation {
  /** Index of the sentence in the answer. */
  readonly sentence: number;
  /** Null for a sentence without citations. */
  readonly path: string | null;
  /** As the answer has it; of a sentence without citations, its text. */
  readonly quote: string;
  readonly verified: boolean;
  /** Null when verified. */
  readonly reason: CitationProblem | null;
  /** Where the quote stands in the stored text; null where it does not. */
  readonly found: TextSpan | null;
  /** As that of a hit: what was verified is the text that was indexed. */
  readonly onDisk?: Hit['onDisk'];
}

export interface AnswerVerification {
  readonly question: string | null;
  readonly citations: readonly CheckedCitation[];
  readonly verified: number;
  readonly unverified: number;
}

/**
 * Checks each citation of an answer against the stored text of its document.
 *
 * @param textsOf the stored texts of documents, by paths as the answer writes them
 */
export async function verifyAnswer(
  answer: ClaimedAnswer,
  textsOf: (paths: ReadonlySet<string>) => Promise<ReadonlyMap<string, string>>,
): Promise<AnswerVerification> {
  const cited = answer.answer.flatMap((sentence) => sentence.citations);
  const texts = await textsOf(new Set(cited.map(({ path }) => path)));
  const citations = answer.answer.flatMap(({ text, citations }, sentence): CheckedCitation[] =>
    citations.length === 0
      ? [{ sentence, path: null, quote: text, verified: false, reason: 'uncited', found: null }]
      : citations.map((claim) => ({
          sentence,
          path: claim.path,
          quote: claim.quote,
          ...checked(claim, texts.get(claim.path)),
        })),
  );
  const verified = citations.filter((citation) => citation.verified).length;
  return { question: answer.question ?? null, citations, verified, unverified: citations.length - verified };
}

function checked(
  { quote, start, end }: ClaimedCitation,
  text: string | undefined,
): Pick<CheckedCitation, 'verified' | 'reason' | 'found'> {
  if (text === undefined) return { verified: false, reason: 'unknown-path', found: null };
  const folded = foldText(quote).text;
  if (countWords(folded) < MINIMUM_QUOTE_WORDS) return { verified: false, reason: 'too-short', found: null };
  const placed = typeof start === 'number' && typeof end === 'number';
  if (placed && end <= text.length && foldText(text.slice(start, end)).text === folded) {
    return { verified: true, reason: null, found: { start, end } };
  }
  const verdict = verifyCitation(text, { quote, ...(placed && { near: start }) });
  if (!verdict.verified) return { verified: false, reason: verdict.reason, found: null };
  const found = { start: verdict.start, end: verdict.end };
  const claimless = start == null && end == null;
  return claimless ? { verified: true, reason: null, found } : { verified: false, reason: 'wrong-offsets', found };
}
