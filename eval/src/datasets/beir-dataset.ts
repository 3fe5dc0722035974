/**
 * BEIR folders: corpus.jsonl, queries.jsonl (each plain or .gz), qrels/<split>.tsv.
 * @module
 */

import { readdir } from 'node:fs/promises';
import { basename, join, resolve } from 'node:path';
import { GlotError } from '@glot/errors';
import * as z from 'zod';
import type { BeirDataset, BeirPassage, BeirQuery, Qrels } from '../types.js';
import { malformedLine, plainOrGzipped, readLines } from './text-lines.js';

const ID = z.union([z.string().min(1), z.number().transform(String)]);
const PASSAGE = z.object({ _id: ID, title: z.string().nullish(), text: z.string() });
const QUERY = z.object({ _id: ID, text: z.string() });

export interface LoadDatasetOptions {
  /** Default `test`. */
  readonly split?: string | undefined;
  readonly signal?: AbortSignal | undefined;
}

/**
 * Reads a BEIR folder. Queries without judgements in the split are left out.
 *
 * @throws GlotError `eval.missing-file`, `eval.unreadable`, `eval.malformed-line` (with `file` and `line`),
 *   `eval.duplicate-id`, `eval.unknown-query`, `AbortError`
 */
export async function loadBeirDataset(folder: string, options: LoadDatasetOptions = {}): Promise<BeirDataset> {
  const { signal, split = 'test' } = options;
  const corpusFile = await plainOrGzipped(join(folder, 'corpus.jsonl'));
  const queriesFile = await plainOrGzipped(join(folder, 'queries.jsonl'));
  const qrelsFile = await splitFile(folder, split);
  const qrels = await readBeirQrels(qrelsFile, signal);
  const judged = new Map<string, BeirQuery>();
  for await (const { _id, text } of readJsonLines(queriesFile, QUERY, signal)) {
    if (qrels.has(_id)) judged.set(_id, { id: _id, text });
  }
  const queries = [...qrels.keys()].map((id) => {
    const query = judged.get(id);
    if (query !== undefined) return query;
    throw new GlotError('eval.unknown-query', `${qrelsFile} judges query ${id}, which ${queriesFile} does not have`, {
      details: { file: qrelsFile, query: id },
    });
  });
  const passages: BeirPassage[] = [];
  for await (const { _id, title, text } of readJsonLines(corpusFile, PASSAGE, signal)) {
    passages.push({ id: _id, title: title ?? '', text });
  }
  return { name: basename(resolve(folder)), passages, queries, qrels };
}

/** What is encoded and searched: title, a blank, text, trimmed. */
export function passageText({ title, text }: BeirPassage): string {
  return `${title} ${text}`.trim();
}

/** Reads `query-id<TAB>corpus-id<TAB>score` with an optional header line. */
export async function readBeirQrels(file: string, signal?: AbortSignal): Promise<Qrels> {
  const qrels = new Map<string, Map<string, number>>();
  for await (const { text, number } of readLines(file, signal)) {
    if (text === '') continue;
    const [query, passage, score, ...more] = text.split('\t');
    if (!query || !passage || score === undefined || more.length > 0) {
      throw malformedLine(file, number, 'expected three columns: query-id, corpus-id, score, separated by tabs');
    }
    if (!/^\s*[-+]?\d+\s*$/.test(score)) {
      if (number === 1) continue;
      throw malformedLine(file, number, `the score "${score}" is not an integer`);
    }
    const judgements = qrels.get(query) ?? new Map<string, number>();
    judgements.set(passage, Number(score));
    qrels.set(query, judgements);
  }
  return qrels;
}

async function* readJsonLines<T extends { _id: string }>(
  file: string,
  schema: z.ZodType<T>,
  signal?: AbortSignal,
): AsyncGenerator<T> {
  const seen = new Set<string>();
  for await (const { text, number } of readLines(file, signal)) {
    if (text.trim() === '') continue;
    let value: unknown;
    try {
      value = JSON.parse(text);
    } catch (error) {
      throw malformedLine(file, number, `not JSON (${(error as Error).message})`, error);
    }
    const parsed = schema.safeParse(value);
    if (!parsed.success) {
      const { path, message } = parsed.error.issues[0]!;
      throw malformedLine(file, number, `field ${path.join('.') || '(the line itself)'}: ${message}`, parsed.error);
    }
    if (seen.has(parsed.data._id)) {
      throw new GlotError('eval.duplicate-id', `${file}:${number}: the id ${parsed.data._id} occurs a second time`, {
        details: { file, line: number, id: parsed.data._id },
      });
    }
    seen.add(parsed.data._id);
    yield parsed.data;
  }
}

async function splitFile(folder: string, split: string): Promise<string> {
  const file = join(folder, 'qrels', `${split}.tsv`);
  try {
    return await plainOrGzipped(file);
  } catch (error) {
    const others = await readdir(join(folder, 'qrels')).catch(() => []);
    const splits = others.filter((name) => /\.tsv(\.gz)?$/.test(name)).map((name) => name.replace(/\.tsv(\.gz)?$/, ''));
    if (splits.length === 0) throw error;
    throw new GlotError(
      'eval.missing-file',
      `there is no split ${split} in ${folder}; it has: ${splits.sort().join(', ')}`,
      {
        cause: error,
        details: { file, splits },
      },
    );
  }
}
