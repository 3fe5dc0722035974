/**
 * A BEIR folder with `answers.jsonl` beside it: questions, where they are answered, and what the answer is.
 * @module
 */

import { join } from 'node:path';
import { GlotError } from '@glot/errors';
import * as z from 'zod';
import type { BeirPassage } from '../types.js';
import { loadBeirDataset } from './beir-dataset.js';
import { malformedLine, readLines } from './text-lines.js';

const ANSWER = z.object({ _id: z.coerce.string(), answers: z.array(z.object({ text: z.string() })).min(1) });

export interface AnswerQuestion {
  readonly id: string;
  readonly text: string;
  /** Ids of the passages that answer it. */
  readonly relevant: ReadonlySet<string>;
  /** The judged answers; empty where the folder has none. */
  readonly answers: readonly string[];
}

export interface AnswerDataset {
  readonly name: string;
  readonly passages: readonly BeirPassage[];
  readonly questions: readonly AnswerQuestion[];
}

/**
 * @param options.sample at most so many questions, evenly spread over the file
 * @throws GlotError as `loadBeirDataset`, and `eval.malformed-line` for answers
 */
export async function loadAnswerDataset(
  folder: string,
  options: { readonly sample?: number | undefined; readonly signal?: AbortSignal | undefined } = {},
): Promise<AnswerDataset> {
  const { sample, signal } = options;
  const dataset = await loadBeirDataset(folder, signal === undefined ? {} : { signal });
  const answers = new Map<string, string[]>();
  try {
    const file = join(folder, 'answers.jsonl');
    for await (const { text, number } of readLines(file, signal)) {
      if (text.trim() === '') continue;
      const row = ANSWER.safeParse(parsed(text));
      if (!row.success) throw malformedLine(file, number, 'no answers row');
      answers.set(
        row.data._id,
        row.data.answers.map((answer) => answer.text),
      );
    }
  } catch (error) {
    // Retrieval and abstention can be measured without answers.
    if (!(error instanceof GlotError && error.code === 'eval.unreadable')) throw error;
  }
  const all = dataset.queries.map(({ id, text }): AnswerQuestion => {
    const relevant = [...(dataset.qrels.get(id) ?? [])].filter(([, relevance]) => relevance > 0).map(([doc]) => doc);
    return { id, text, relevant: new Set(relevant), answers: answers.get(id) ?? [] };
  });
  const count = Math.min(sample ?? all.length, all.length);
  const questions = Array.from({ length: count }, (_, i) => all[Math.floor((i * all.length) / count)]!);
  return { name: dataset.name, passages: dataset.passages, questions };
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
