import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { jsonLines, scratchFolder } from '@glot/testing';
import { describe, expect, it } from 'vitest';
import { hasSharedData, SHARED_DATA, SKIP_NOTE } from '../testing/shared-data.js';
import { loadBeirDataset, passageText } from './beir-dataset.js';

const CORPUS = [
  { _id: 'd1', title: 'عنوان', text: ' نص عربي' },
  { _id: 'd2', text: '行区切り\u2028は改行ではない', lang: 'ja' },
  { _id: 3, title: null, text: '' },
];
const QUERIES = [
  { _id: 'q1', text: '質問' },
  { _id: 'q2', text: 'not judged' },
];
const QRELS = 'query-id\tcorpus-id\tscore\nq1\td2\t1\r\nq1\td1\t0\n';
const FILES = { 'corpus.jsonl': jsonLines(CORPUS), 'queries.jsonl': jsonLines(QUERIES), 'qrels/test.tsv': QRELS };

describe('loadBeirDataset', () => {
  it('reads passages, judged queries and judgements', async () => {
    const folder = await scratchFolder(FILES);
    const dataset = await loadBeirDataset(`${folder}/`);
    expect(folder.endsWith(dataset.name)).toBe(true);
    expect(dataset.passages.map(passageText)).toEqual(['عنوان  نص عربي', '行区切り\u2028は改行ではない', '']);
    expect(dataset.passages[2]?.id).toBe('3');
    expect(dataset.queries).toEqual([{ id: 'q1', text: '質問' }]);
    expect(dataset.qrels).toEqual(
      new Map([
        [
          'q1',
          new Map([
            ['d2', 1],
            ['d1', 0],
          ]),
        ],
      ]),
    );
  });

  it('reads gzipped files, a byte order mark and qrels without a header', async () => {
    const folder = await scratchFolder({
      'corpus.jsonl.gz': gzipSync(`\uFEFF${FILES['corpus.jsonl']}`),
      'queries.jsonl.gz': gzipSync(FILES['queries.jsonl']),
      'qrels/dev.tsv': 'q2\td1\t2',
    });
    const dataset = await loadBeirDataset(folder, { split: 'dev' });
    expect([dataset.passages.length, dataset.queries.length]).toEqual([3, 1]);
  });

  it.each([
    ['corpus.jsonl', '{"_id":"d1","text":"a"}\n{"_id":"d2",', 2, 'eval.malformed-line'],
    ['corpus.jsonl', '{"_id":"d1"}', 1, 'eval.malformed-line'],
    ['corpus.jsonl', '[]', 1, 'eval.malformed-line'],
    ['corpus.jsonl', '{"_id":"d1","text":"a"}\n\n{"_id":"d1","text":"b"}', 3, 'eval.duplicate-id'],
    ['queries.jsonl', '{"_id":"q1","text":null}', 1, 'eval.malformed-line'],
    ['qrels/test.tsv', 'query-id\tcorpus-id\tscore\nq1 d1 1', 2, 'eval.malformed-line'],
    ['qrels/test.tsv', 'q1\td1\t1\nq1\td2\thigh', 2, 'eval.malformed-line'],
  ])('names file and line of what is wrong: %s %#', async (name, content, line, code) => {
    const folder = await scratchFolder({ ...FILES, [name]: content });
    await expect(loadBeirDataset(folder)).rejects.toMatchObject({
      code,
      message: expect.stringContaining(`${join(folder, name)}:${line}: `),
      details: { file: join(folder, name), line },
    });
  });

  it('says which file or split is missing', async () => {
    const folder = await scratchFolder({ ...FILES, 'qrels/dev.tsv': QRELS });
    await expect(loadBeirDataset(folder, { split: 'train' })).rejects.toMatchObject({
      code: 'eval.missing-file',
      message: expect.stringContaining('it has: dev, test'),
    });
    await expect(loadBeirDataset(join(folder, 'none'))).rejects.toMatchObject({ code: 'eval.missing-file' });
  });

  it('refuses broken gzip, bytes that are not UTF-8, and judgements of unknown queries', async () => {
    const gzipped = gzipSync(FILES['corpus.jsonl']);
    const { 'corpus.jsonl': _, ...rest } = FILES;
    const truncated = await scratchFolder({ ...rest, 'corpus.jsonl.gz': gzipped.subarray(0, gzipped.length - 12) });
    await expect(loadBeirDataset(truncated)).rejects.toMatchObject({ code: 'eval.unreadable' });
    const latin = await scratchFolder({ ...FILES, 'corpus.jsonl': Uint8Array.of(0x7b, 0xe9, 0x0a) });
    await expect(loadBeirDataset(latin)).rejects.toMatchObject({ code: 'eval.unreadable' });
    const unknown = await scratchFolder({ ...FILES, 'qrels/test.tsv': 'q9\td1\t1\n' });
    await expect(loadBeirDataset(unknown)).rejects.toMatchObject({
      code: 'eval.unknown-query',
      details: { query: 'q9' },
    });
  });

  it.skipIf(!hasSharedData)(`reads Cranfield${SKIP_NOTE}`, async () => {
    const { passages, queries, qrels } = await loadBeirDataset(join(SHARED_DATA, 'ir/cranfield'));
    const judgements = [...qrels.values()].reduce((sum, row) => sum + row.size, 0);
    expect([passages.length, queries.length, judgements]).toEqual([1400, 225, 1612]);
    expect(passages.filter((passage) => passage.text === '').length).toBe(2);
  });
});
