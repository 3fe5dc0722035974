/**
 * trec_eval's files, plain or gzipped. Columns are separated by blanks or tabs; a line that starts with `#` is a
 * comment; the rank column and the second column are ignored.
 * @module
 */

import { GlotError } from '@glot/errors';
import { malformedLine, readLines } from '../datasets/text-lines.js';
import type { Qrels, Run } from '../types.js';
import { rankedIds } from './ranking.js';

/**
 * Reads a run: `query Q0 passage rank score tag`; what stands after the tag is ignored, as in trec_eval.
 *
 * @throws GlotError `eval.unreadable`, `eval.malformed-line`, `AbortError`
 */
export async function readTrecRun(file: string, signal?: AbortSignal): Promise<Run> {
  const run = new Map<string, Map<string, number>>();
  for await (const { fields, number } of readFields(file, signal)) {
    const [query, , passage, , scoreText] = fields;
    const score = Number(scoreText);
    if (fields.length < 6) throw malformedLine(file, number, 'expected six columns: query Q0 passage rank score tag');
    if (!Number.isFinite(score)) throw malformedLine(file, number, `the score "${scoreText}" is not a number`);
    setOnce(run, query!, passage!, score, file, number);
  }
  return run;
}

/**
 * Reads judgements: `query 0 passage relevance`.
 *
 * @throws GlotError `eval.unreadable`, `eval.malformed-line`, `AbortError`
 */
export async function readTrecQrels(file: string, signal?: AbortSignal): Promise<Qrels> {
  const qrels = new Map<string, Map<string, number>>();
  for await (const { fields, number } of readFields(file, signal)) {
    const [query, , passage, relevance] = fields;
    if (fields.length !== 4) throw malformedLine(file, number, 'expected four columns: query 0 passage relevance');
    if (!/^[-+]?\d+$/.test(relevance!))
      throw malformedLine(file, number, `the relevance "${relevance}" is not an integer`);
    setOnce(qrels, query!, passage!, Number(relevance), file, number);
  }
  return qrels;
}

/** A run as text, ranked as trec_eval ranks it, scores with all their digits. */
export function formatTrecRun(run: Run, tag: string): string {
  const lines: string[] = [];
  for (const [query, scores] of run) {
    rankedIds(scores).forEach((passage, i) => {
      lines.push(`${field(query)} Q0 ${field(passage)} ${i + 1} ${scores.get(passage)} ${field(tag)}\n`);
    });
  }
  return lines.join('');
}

/** Judgements as text. */
export function formatTrecQrels(qrels: Qrels): string {
  const lines: string[] = [];
  for (const [query, judgements] of qrels) {
    for (const [passage, relevance] of judgements) lines.push(`${field(query)} 0 ${field(passage)} ${relevance}\n`);
  }
  return lines.join('');
}

async function* readFields(file: string, signal?: AbortSignal): AsyncGenerator<{ fields: string[]; number: number }> {
  for await (const { text, number } of readLines(file, signal)) {
    const fields = text.split(/[ \t\v\f\r]+/).filter((part) => part !== '');
    if (fields.length > 0 && !text.startsWith('#')) yield { fields, number };
  }
}

function setOnce(
  table: Map<string, Map<string, number>>,
  query: string,
  passage: string,
  value: number,
  file: string,
  line: number,
): void {
  let row = table.get(query);
  if (row === undefined) {
    row = new Map();
    table.set(query, row);
  }
  if (row.has(passage)) throw malformedLine(file, line, `query ${query} has passage ${passage} a second time`);
  row.set(passage, value);
}

function field(id: string): string {
  if (id === '' || /\s/u.test(id) || id.startsWith('#')) {
    throw new GlotError(
      'eval.unwritable-id',
      `the id "${id}" cannot stand in a TREC file: no white space, no leading #`,
      {
        details: { id },
      },
    );
  }
  return id;
}
