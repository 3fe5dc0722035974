/**
 * How near the question comes to each quotable sentence of the packed contexts, and to each context as a whole.
 * @module
 */

import type { Encoder } from '@glot/encoder';
import type { TokenVectors } from '@glot/kernels';
import type { PackedContext } from '../context/packed-context.js';
import { escapeSpecialTokens } from '../prompting/escape-special-tokens.js';
import { type QuotableSentence, quotableSentences } from '../sentences/quotable-sentences.js';
import { queryRows, raiseMaxima } from './sentence-evidence.js';

/** Contexts beyond these are not read: each costs a run of the encoder. */
const MAX_CONTEXTS = 6;

export interface SentenceScores {
  readonly sentence: QuotableSentence;
  /** Its place in `ContextScores.vectors`. */
  readonly text: number;
  /** [question rows]: best similarity of each question token with this sentence. */
  readonly maxima: Float32Array;
}

export interface ScoredContext {
  readonly context: PackedContext;
  /** At least one, in reading order. */
  readonly sentences: readonly SentenceScores[];
  /** [question rows]: over all of its sentences. */
  readonly maxima: Float32Array;
}

export interface ContextScores {
  /** In the order of the contexts; those without a quotable sentence are left out. */
  readonly contexts: readonly ScoredContext[];
  /** One text per sentence. */
  readonly vectors: TokenVectors;
}

export async function scoreContexts(
  question: TokenVectors,
  contexts: readonly PackedContext[],
  encoder: Encoder,
  signal?: AbortSignal,
): Promise<ContextScores> {
  const groups = contexts
    .slice(0, MAX_CONTEXTS)
    .map((context) => ({ context, sentences: sentencesOf(context) }))
    .filter((group) => group.sentences.length > 0);
  const texts = groups.flatMap((group) => group.sentences.map((sentence) => sentence.text));
  if (texts.length === 0)
    return { contexts: [], vectors: { data: new Float32Array(0), offsets: new Uint32Array(1), dim: encoder.dim } };
  const vectors = await encoder.encodeDocuments(texts, signal === undefined ? {} : { signal });
  const rows = queryRows(question);
  let text = 0;
  const scored = groups.map(({ context, sentences }): ScoredContext => {
    const maxima = new Float32Array(rows).fill(-Infinity);
    const scores = sentences.map((sentence): SentenceScores => {
      const own = new Float32Array(rows).fill(-Infinity);
      raiseMaxima(question, vectors, text, own);
      raiseElements(maxima, own);
      return { sentence, text: text++, maxima: own };
    });
    return { context, sentences: scores, maxima };
  });
  return { contexts: scored, vectors };
}

/** Sentences with their offsets in the document's text. */
function sentencesOf(context: PackedContext): QuotableSentence[] {
  const { text, start, format, lang } = context;
  const blocks = context.blocks?.map((block) => ({ ...block, start: block.start - start, end: block.end - start }));
  const sentences = quotableSentences({ text, start: 0, end: text.length, format, lang, ...(blocks && { blocks }) });
  // Chat-template tokens are no prose: whoever wrote them talks to a model, not to readers.
  return sentences
    .filter((sentence) => escapeSpecialTokens(sentence.text) === sentence.text)
    .map((sentence) => ({ ...sentence, start: sentence.start + start, end: sentence.end + start }));
}

function raiseElements(into: Float32Array, values: Float32Array): void {
  for (let i = 0; i < into.length; i++) if (values[i]! > into[i]!) into[i] = values[i]!;
}
