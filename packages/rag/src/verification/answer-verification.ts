import { GlotError } from '@glot/errors';
import { foldText } from '@glot/text';
import * as z from 'zod';
import { countWords, MINIMUM_QUOTE_WORDS, verifyCitation } from './citation-verification.js';

/**
 * Checks answers that were made elsewhere, in the shape `glot ask --json` prints. Nothing in the answer is believed,
 * its own `verified` least of all.
 */

const offset = z.number().int().nonnegative();
const CITATION = z.object({
  path: z.string(),
  quote: z.string(),
  /** UTF-16 offsets in the document's text; an answer may leave both out. */
  start: offset.nullish(),
  end: offset.nullish(),
});
const ANSWER = z.object({
  question: z.string().nullish(),
  answer: z.array(z.object({ text: z.string(), citations: z.array(CITATION) })),
});

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
  readonly found: { readonly start: number; readonly end: number } | null;
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
 * @param answer parsed JSON
 * @param textsOf the stored texts of documents, by paths as the answer writes them
 * @throws GlotError `rag.answer-shape` where the JSON is no answer, with the place in it
 */
export async function verifyAnswer(
  answer: unknown,
  textsOf: (paths: ReadonlySet<string>) => Promise<ReadonlyMap<string, string>>,
): Promise<AnswerVerification> {
  const parsed = ANSWER.safeParse(answer);
  if (!parsed.success) {
    const issue = parsed.error.issues[0]!;
    const place = issue.path.map((key) => String(key)).join('.') || 'the top level';
    throw new GlotError(
      'rag.answer-shape',
      `not an answer as \`glot ask --json\` prints it: ${place}: ${issue.message}`,
      {
        details: { place },
      },
    );
  }
  const cited = parsed.data.answer.flatMap((sentence) => sentence.citations);
  const texts = await textsOf(new Set(cited.map(({ path }) => path)));
  const citations = parsed.data.answer.flatMap(({ text, citations }, sentence): CheckedCitation[] =>
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
  return { question: parsed.data.question ?? null, citations, verified, unverified: citations.length - verified };
}

function checked(
  { quote, start, end }: z.infer<typeof CITATION>,
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
