import { readdirSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { openIndex } from '@glot/index';
import { jsonLines, scratchFolder, wordEncoder } from '@glot/testing';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { EvaluationProgress, Run } from '../types.js';
import { evaluateDataset } from './dataset-evaluation.js';

const FILES = {
  'corpus.jsonl': jsonLines([
    { _id: 'd1', title: 'Bread', text: 'The dough rises for twelve hours.' },
    { _id: 'd2', text: '東京は日本の首都です。' },
    { _id: 'd3', text: 'القمر يدور حول الأرض كل شهر.' },
    { _id: 'd4', text: 'One two three four. Five six seven eight. The moon is made of rock.' },
    { _id: 'd5', text: '' },
  ]),
  'queries.jsonl': jsonLines([
    { _id: 'q1', text: 'dough rises' },
    { _id: 'q2', text: '日本の首都' },
    { _id: 'q3', text: 'القمر' },
    { _id: 'q4', text: 'moon rock' },
  ]),
  'qrels/test.tsv': 'query-id\tcorpus-id\tscore\nq1\td1\t1\nq2\td2\t1\nq3\td3\t1\nq4\td4\t1\n',
};

const leftovers = () => readdirSync(tmpdir()).filter((name) => name.startsWith('glot-eval-'));

describe('evaluateDataset', () => {
  // A folder for temporary files that no other program uses.
  beforeEach(async () => {
    const own = await scratchFolder({});
    vi.stubEnv('TMPDIR', own);
    vi.stubEnv('TEMP', own);
  });
  afterEach(() => void vi.unstubAllEnvs());

  it('measures each mode over a temporary index, which goes', async () => {
    const folder = await scratchFolder(FILES);
    const perfect = { 'nDCG@10': 1, 'R@100': 1, 'RR@10': 1 };
    const result = await evaluateDataset(folder, { encoder: wordEncoder() });
    expect(result).toMatchObject({ queries: 4, passages: 5, pieces: 4 });
    expect(result.modes).toEqual({ lexical: perfect, semantic: perfect, hybrid: perfect });
    expect(Object.keys(result.timings.searchMs)).toEqual(['lexical', 'semantic', 'hybrid']);
    expect(leftovers()).toEqual([]);
  });

  it('indexes a long passage in pieces and ranks it once, by its best piece', async () => {
    const folder = await scratchFolder(FILES);
    const runs: Run[] = [];
    const result = await evaluateDataset(folder, {
      encoder: wordEncoder({ documentLength: 11 }),
      modes: ['semantic'],
      measures: ['RR'],
      onRun: (_, run) => runs.push(run),
    });
    expect(result.pieces).toBe(5);
    expect(result.modes).toEqual({ semantic: { RR: 1 } });
    const scores = runs[0]!.get('q4')!;
    expect([...scores.keys()].sort()).toEqual(['d1', 'd2', 'd3', 'd4']);
    expect(scores.get('d4')).toBe(Math.max(...scores.values()));
  });

  it('searches whole passages in lexical mode, whatever the encoder reads', async () => {
    const folder = await scratchFolder(FILES);
    const ranked = async (documentLength: number) => {
      const runs: Run[] = [];
      const encoder = wordEncoder({ documentLength });
      await evaluateDataset(folder, { encoder, modes: ['lexical'], onRun: (_, run) => runs.push(run) });
      return runs[0];
    };
    expect(await ranked(7)).toEqual(await ranked(180));
  });

  it('encodes nothing where only the lexical mode is asked for', async () => {
    const encoder = wordEncoder();
    const refuse = () => Promise.reject(new Error('encoded'));
    const lame = { ...encoder, encodeQueries: refuse, encodeDocuments: refuse };
    const result = await evaluateDataset(await scratchFolder(FILES), { encoder: lame, modes: ['lexical'] });
    expect(result.modes.lexical).toMatchObject({ 'RR@10': 1 });
  });

  it('reports progress to the end of each phase', async () => {
    const folder = await scratchFolder(FILES);
    const last = new Map<string, EvaluationProgress>();
    await evaluateDataset(folder, {
      encoder: wordEncoder(),
      modes: ['lexical', 'hybrid'],
      onProgress: (progress) => last.set(`${progress.phase} ${progress.mode}`, progress),
    });
    expect([...last].map(([key, { done, total }]) => [key, done, total])).toEqual([
      ['encode-passages null', 4, 4],
      ['encode-queries null', 4, 4],
      ['search lexical', 4, 4],
      ['search hybrid', 4, 4],
    ]);
  });

  it('removes the temporary index when it is interrupted or fails', async () => {
    const folder = await scratchFolder(FILES);
    const controller = new AbortController();
    const during: number[] = [];
    const encoder = wordEncoder({
      beforeDocuments() {
        during.push(leftovers().length);
        controller.abort();
      },
    });
    await expect(evaluateDataset(folder, { encoder, signal: controller.signal })).rejects.toMatchObject({
      name: 'AbortError',
    });
    expect(during).toEqual([1]);
    const failing = wordEncoder({
      beforeDocuments() {
        throw new Error('out of memory');
      },
    });
    await expect(evaluateDataset(folder, { encoder: failing })).rejects.toThrowError('out of memory');
    expect(leftovers()).toEqual([]);
  });

  it('refuses an unknown measure before anything runs', async () => {
    const encoder = wordEncoder();
    await expect(evaluateDataset('/nowhere', { encoder, measures: ['best'] })).rejects.toMatchObject({
      code: 'eval.unknown-measure',
    });
    await expect(evaluateDataset('/nowhere', { encoder })).rejects.toMatchObject({ code: 'eval.missing-file' });
  });

  it('takes another index', async () => {
    const folder = await scratchFolder(FILES);
    const files: string[] = [];
    await evaluateDataset(folder, {
      encoder: wordEncoder(),
      modes: ['lexical'],
      openIndex: async (file, encoder) => {
        files.push(file);
        return openIndex({ file, mode: 'write', encoder });
      },
    });
    expect(files).toHaveLength(1);
  });
});
