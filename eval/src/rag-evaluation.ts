import type { Encoder } from '@glot/encoder';
import { throwIfAborted } from '@glot/errors';
import { createMemoryIndex, type MultivectorIndex } from '@glot/index';
import { sliceTexts } from '@glot/kernels';
import { type Answer, type AnswerGenerator, ask, type Evidence } from '@glot/rag';
import { type AnswerDataset, type AnswerQuestion, loadAnswerDataset } from './answer-questions.js';
import { exactMatch, holdsAnswer, overlapF1 } from './answer-text.js';
import { passageText } from './beir-dataset.js';
import { passagePieces } from './passage-pieces.js';
import { rememberingEncoder } from './remembering-encoder.js';

export interface EvaluateAnswersOptions {
  readonly encoder: Encoder;
  /** Default: the extractive generator. */
  readonly generator?: AnswerGenerator;
  /** At most so many questions, evenly spread; default all. */
  readonly sample?: number;
  /** Also asks each question with its passages taken out of what is found; default true. */
  readonly unanswerable?: boolean;
  readonly onProgress?: (progress: {
    readonly phase: 'encode-passages' | 'ask';
    readonly done: number;
    readonly total: number;
  }) => void;
  readonly signal?: AbortSignal;
}

/** One question, asked without regard to evidence, so that any threshold can be judged afterwards. */
export interface AskedQuestion {
  readonly id: string;
  readonly answerable: boolean;
  readonly evidence: Evidence | null;
  /** Similarity of the best hit: what the evidence has to beat. */
  readonly topScore: number;
  /** The best hit is a judged passage. */
  readonly topRelevant: boolean;
  /** There is an answer and its first citation is of a judged passage. */
  readonly citedRelevant: boolean;
  /** The first citation's passage, the first quote, any quote holds a judged answer. */
  readonly passageHolds: boolean;
  readonly quoteHolds: boolean;
  readonly anyQuoteHolds: boolean;
  readonly exact: boolean;
  /** Of the first sentence against the nearest judged answer. */
  readonly f1: number;
  readonly answered: boolean;
  readonly verified: number;
  readonly unverified: number;
  readonly totalMs: number;
}

export interface AnswersEvaluation {
  readonly dataset: string;
  readonly passages: number;
  readonly questions: number;
  /** Of all answerable questions: the best hit is judged relevant. */
  readonly recallAt1: number;
  /** Of all answerable questions, whatever the evidence: the cited passage holds the answer. */
  readonly passageHolds: number;
  /** Of the answerable questions answered at the default threshold. */
  readonly answeredShare: number;
  readonly citationPrecision: number;
  readonly answeredPassageHolds: number;
  readonly quoteHolds: number;
  readonly anyQuoteHolds: number;
  readonly exactMatch: number;
  readonly f1: number;
  /** Of the claims of all answers: those that were verified. */
  readonly verifiedShare: number;
  /** Of the questions without their passages: those abstained from; null where they were not asked. */
  readonly abstainedShare: number | null;
  readonly meanMs: number;
  readonly asked: readonly AskedQuestion[];
}

/**
 * Asks the questions of a BEIR folder with `answers.jsonl` and compares what comes with what was judged; no model judges.
 *
 * @throws GlotError as `loadBeirDataset`, `aborted`, and what the encoder and the generator throw
 */
export async function evaluateAnswers(folder: string, options: EvaluateAnswersOptions): Promise<AnswersEvaluation> {
  const dataset = await loadAnswerDataset(folder, options);
  const encoder = rememberingEncoder(options.encoder);
  const index = await passageIndex(dataset, options);
  const texts = new Map(dataset.passages.map((passage) => [passage.id, passageText(passage)]));
  const kinds = options.unanswerable === false ? [true] : [true, false];
  const asked: AskedQuestion[] = [];
  for (const question of dataset.questions) {
    for (const answerable of kinds) {
      throwIfAborted(options.signal);
      asked.push(await askOne(question, answerable, index, texts, { ...options, encoder }));
    }
    options.onProgress?.({ phase: 'ask', done: asked.length, total: dataset.questions.length * kinds.length });
  }
  await index.close();
  return {
    dataset: dataset.name,
    passages: dataset.passages.length,
    questions: dataset.questions.length,
    ...shares(asked),
    asked,
  };
}

async function askOne(
  question: AnswerQuestion,
  answerable: boolean,
  index: MultivectorIndex,
  texts: ReadonlyMap<string, string>,
  { encoder, generator, signal }: EvaluateAnswersOptions,
): Promise<AskedQuestion> {
  let topScore = 0;
  let topRelevant = false;
  const searched: MultivectorIndex = Object.create(index, {
    search: {
      value: async (request: Parameters<MultivectorIndex['search']>[0]) => {
        const limit = request.limit ?? 10;
        const hits = await index.search({ ...request, limit: limit + PIECES_TO_SPARE });
        const kept = hits.filter((hit) => answerable || !question.relevant.has(hit.path)).slice(0, limit);
        topScore = Math.max(0, ...kept.map((hit) => hit.sides.semantic ?? 0));
        topRelevant = kept[0] !== undefined && question.relevant.has(kept[0].path);
        return kept;
      },
    },
    get: { value: (path: string) => index.get(path) },
  });
  const answer = await ask(question.text, {
    index: searched,
    encoder,
    minEvidence: 0,
    ...(generator !== undefined && { generator }),
    ...(signal !== undefined && { signal }),
  });
  return { id: question.id, answerable, topScore, topRelevant, ...judged(answer, question, texts) };
}

/** Room for the pieces of passages that are taken out. */
const PIECES_TO_SPARE = 10;

function judged(answer: Answer, { relevant, answers }: AnswerQuestion, texts: ReadonlyMap<string, string>) {
  const [first] = answer.sentences;
  const citation = first?.citations[0];
  const quotes = answer.sentences.flatMap((sentence) => sentence.citations.map(({ quote }) => quote));
  const holds = (text: string | undefined) => text !== undefined && answers.some((gold) => holdsAnswer(text, gold));
  return {
    evidence: answer.evidence,
    citedRelevant: citation !== undefined && relevant.has(citation.path),
    passageHolds: holds(citation && texts.get(citation.path)),
    quoteHolds: holds(citation?.quote),
    anyQuoteHolds: quotes.some(holds),
    exact: first !== undefined && answers.some((gold) => exactMatch(first.text, gold)),
    f1: first === undefined ? 0 : Math.max(0, ...answers.map((gold) => overlapF1(first.text, gold))),
    answered: !answer.abstained,
    verified: quotes.length,
    unverified: answer.context.unverified,
    totalMs: answer.timings.totalMs,
  };
}

function shares(asked: readonly AskedQuestion[]) {
  const answerable = asked.filter((question) => question.answerable);
  const answered = answerable.filter(passesThreshold);
  const unanswerable = asked.filter((question) => !question.answerable);
  const verified = sum(asked, (question) => question.verified);
  return {
    recallAt1: share(answerable, (question) => question.topRelevant),
    passageHolds: share(answerable, (question) => question.passageHolds),
    answeredShare: share(answerable, passesThreshold),
    citationPrecision: share(answered, (question) => question.citedRelevant),
    answeredPassageHolds: share(answered, (question) => question.passageHolds),
    quoteHolds: share(answered, (question) => question.quoteHolds),
    anyQuoteHolds: share(answered, (question) => question.anyQuoteHolds),
    exactMatch: share(answered, (question) => question.exact),
    f1: sum(answered, (question) => question.f1) / Math.max(1, answered.length),
    verifiedShare: verified / Math.max(1, verified + sum(asked, (question) => question.unverified)),
    abstainedShare: unanswerable.length === 0 ? null : share(unanswerable, (question) => !passesThreshold(question)),
    meanMs: sum(asked, (question) => question.totalMs) / Math.max(1, asked.length),
  };
}

function passesThreshold({ answered, evidence }: AskedQuestion): boolean {
  return answered && evidence !== null && evidence.score >= evidence.threshold;
}

function share(questions: readonly AskedQuestion[], test: (question: AskedQuestion) => boolean): number {
  return questions.filter(test).length / Math.max(1, questions.length);
}

function sum(questions: readonly AskedQuestion[], value: (question: AskedQuestion) => number): number {
  return questions.reduce((total, question) => total + value(question), 0);
}

/** All passages, in pieces where they are longer than the encoder reads. */
async function passageIndex(
  dataset: AnswerDataset,
  { encoder, signal, onProgress }: EvaluateAnswersOptions,
): Promise<MultivectorIndex> {
  const { name, fingerprint, dim } = encoder;
  const index = createMemoryIndex({ encoder: { name, fingerprint, dim } });
  const documents = dataset.passages.map((passage) => {
    const text = passageText(passage);
    const pieces = passagePieces(text, encoder.documentLength - MARKER_TOKENS, (piece) => encoder.countTokens(piece));
    return { path: passage.id, text, pieces };
  });
  for (let at = 0; at < documents.length; at += DOCUMENTS_PER_CALL) {
    throwIfAborted(signal);
    const batch = documents.slice(at, at + DOCUMENTS_PER_CALL);
    const pieces = batch.flatMap((document) => document.pieces.map((piece) => piece.text));
    const vectors = await encoder.encodeDocuments(pieces, signal === undefined ? {} : { signal });
    let first = 0;
    for (const { path, text, pieces: own } of batch) {
      if (own.length === 0) continue;
      const passages = own.map((piece) => ({ ...piece, headings: [], page: null, lines: null, lang: null }));
      const file = {
        path,
        contentHash: path,
        sizeBytes: 0,
        modifiedMs: 0,
        format: 'text',
        title: null,
        lang: null,
        meta: {},
      };
      index.upsert({ ...file, text, passages }, sliceTexts(vectors, first, own.length));
      first += own.length;
    }
    onProgress?.({ phase: 'encode-passages', done: at + batch.length, total: documents.length });
  }
  return index;
}

const MARKER_TOKENS = 3;
const DOCUMENTS_PER_CALL = 64;
