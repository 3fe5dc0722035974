import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Encoder } from '@glot/encoder';
import { throwIfAborted } from '@glot/errors';
import { type MultivectorIndex, openIndex } from '@glot/index';
import { sliceTexts } from '@glot/kernels';
import { type AnswerGenerator, type AskSources, ask } from '@glot/rag';
import { type AnswerDataset, type AnswerQuestion, loadAnswerDataset } from '../datasets/answer-questions.js';
import { passageText } from '../datasets/beir-dataset.js';
import { piecesFor } from '../datasets/passage-pieces.js';
import { textDocument } from '../datasets/text-document.js';
import { rememberingEncoder } from '../runs/remembering-encoder.js';
import { type AnswersEvaluation, type AskedQuestion, answerFigures, judgedAnswer } from './answer-figures.js';

export interface EvaluateAnswersOptions {
  readonly encoder: Encoder;
  /** Default: the extractive generator. */
  readonly generator?: AnswerGenerator | undefined;
  /** At most so many questions, evenly spread; default all. */
  readonly sample?: number | undefined;
  /** Also asks each question with its passages taken out of what is found; default true. */
  readonly unanswerable?: boolean | undefined;
  readonly onProgress?: (progress: {
    readonly phase: 'encode-passages' | 'ask';
    readonly done: number;
    readonly total: number;
  }) => void;
  readonly signal?: AbortSignal | undefined;
}

/**
 * Asks the questions of a BEIR folder with `answers.jsonl` and compares what comes with what was judged; no model judges.
 *
 * @throws GlotError as `loadBeirDataset`, `AbortError`, and what the encoder and the generator throw
 */
export async function evaluateAnswers(folder: string, options: EvaluateAnswersOptions): Promise<AnswersEvaluation> {
  const dataset = await loadAnswerDataset(folder, options);
  const encoder = rememberingEncoder(options.encoder);
  const scratch = await mkdtemp(join(tmpdir(), 'glot-eval-'));
  const { name, fingerprint, dim } = encoder;
  const index = await openIndex({
    file: join(scratch, 'passages.db'),
    mode: 'write',
    encoder: { name, fingerprint, dim },
  });
  const texts = new Map(dataset.passages.map((passage) => [passage.id, passageText(passage)]));
  const kinds = options.unanswerable === false ? [true] : [true, false];
  const asked: AskedQuestion[] = [];
  try {
    await indexPassages(index, dataset, options);
    for (const question of dataset.questions) {
      for (const answerable of kinds) {
        throwIfAborted(options.signal);
        asked.push(await askOne(question, answerable, index, texts, { ...options, encoder }));
      }
      options.onProgress?.({ phase: 'ask', done: asked.length, total: dataset.questions.length * kinds.length });
    }
  } finally {
    await index.close();
    await rm(scratch, { recursive: true, force: true });
  }
  return {
    dataset: dataset.name,
    passages: dataset.passages.length,
    questions: dataset.questions.length,
    ...answerFigures(asked),
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
  const searched: AskSources['index'] = {
    search: async (request) => {
      const limit = request.limit ?? 10;
      const hits = await index.search({ ...request, limit: limit + PIECES_TO_SPARE });
      const kept = hits.filter((hit) => answerable || !question.relevant.has(hit.path)).slice(0, limit);
      topScore = Math.max(0, ...kept.map((hit) => hit.components.semantic ?? 0));
      topRelevant = kept[0] !== undefined && question.relevant.has(kept[0].path);
      return kept;
    },
    getMany: (paths) => index.getMany(paths),
  };
  const answer = await ask(question.text, {
    index: searched,
    encoder,
    minEvidence: 0,
    generator,
    signal,
  });
  return { id: question.id, answerable, topScore, topRelevant, ...judgedAnswer(answer, question, texts) };
}

/** Room for the pieces of passages that are taken out. */
const PIECES_TO_SPARE = 10;

/** All passages, in pieces where they are longer than the encoder reads. */
async function indexPassages(
  index: MultivectorIndex,
  dataset: AnswerDataset,
  { encoder, signal, onProgress }: EvaluateAnswersOptions,
): Promise<void> {
  const documents = dataset.passages.map((passage) => {
    const text = passageText(passage);
    return { path: passage.id, text, pieces: piecesFor(encoder, text) };
  });
  for (let at = 0; at < documents.length; at += DOCUMENTS_PER_CALL) {
    throwIfAborted(signal);
    const batch = documents.slice(at, at + DOCUMENTS_PER_CALL);
    const pieces = batch.flatMap((document) => document.pieces.map((piece) => piece.text));
    const vectors = await encoder.encodeDocuments(pieces, signal === undefined ? {} : { signal });
    let first = 0;
    for (const { path, text, pieces: own } of batch) {
      if (own.length === 0) continue;
      await index.upsert(textDocument({ path, text, pieces: own }), sliceTexts(vectors, first, own.length));
      first += own.length;
    }
    onProgress?.({ phase: 'encode-passages', done: at + batch.length, total: documents.length });
  }
}

const DOCUMENTS_PER_CALL = 64;
