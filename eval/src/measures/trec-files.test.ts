import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { scratchFolder } from '@glot/testing';
import { describe, expect, it } from 'vitest';
import { formatTrecQrels, formatTrecRun, readTrecQrels, readTrecRun } from './trec-files.js';

describe('TREC files', () => {
  it('are read with tabs, blanks, comments, any rank and gzip', async () => {
    const text = '# a comment\nq1 Q0  d#1\t7 -1.5e2 tag\n\nq1 Q0 文書 1 3 tag\r\nq２ Q0 d1 1 0 tag';
    const folder = await scratchFolder({ run: text, 'run.gz': gzipSync(text) });
    for (const name of ['run', 'run.gz']) {
      expect(await readTrecRun(join(folder, name))).toEqual(
        new Map([
          [
            'q1',
            new Map([
              ['d#1', -150],
              ['文書', 3],
            ]),
          ],
          ['q２', new Map([['d1', 0]])],
        ]),
      );
    }
  });

  it('are what they were after writing and reading', async () => {
    const run = new Map([
      [
        'ق١',
        new Map([
          ['b', 0.1 + 0.2],
          ['a', 1],
          ['c', 1],
        ]),
      ],
    ]);
    const qrels = new Map([
      [
        'ق١',
        new Map([
          ['a', 2],
          ['b', -1],
        ]),
      ],
    ]);
    expect(formatTrecRun(run, 'glot')).toBe('ق١ Q0 c 1 1 glot\nق١ Q0 a 2 1 glot\nق١ Q0 b 3 0.30000000000000004 glot\n');
    const folder = await scratchFolder({ run: formatTrecRun(run, 'glot'), qrels: formatTrecQrels(qrels) });
    expect(await readTrecRun(join(folder, 'run'))).toEqual(run);
    expect(await readTrecQrels(join(folder, 'qrels'))).toEqual(qrels);
  });

  it('name file and line of what is wrong', async () => {
    const cases: [string, string, typeof readTrecQrels][] = [
      ['q Q0 d 1 2.0', ':1: expected six columns', readTrecRun],
      ['# c\nq Q0 d 1 high tag', ':2: the score "high"', readTrecRun],
      ['q Q0 d 1 1 t\nq Q0 d 2 0 t', ':2: query q has passage d a second time', readTrecRun],
      ['q 0 d', ':1: expected four columns', readTrecQrels],
      ['q 0 d 1\nq 0 e 1.5', ':2: the relevance "1.5"', readTrecQrels],
    ];
    for (const [text, message, read] of cases) {
      const folder = await scratchFolder({ file: text });
      await expect(read(join(folder, 'file')), text).rejects.toMatchObject({
        code: 'eval.malformed-line',
        message: expect.stringContaining(`${join(folder, 'file')}${message}`),
      });
    }
    await expect(readTrecRun('/nowhere/run')).rejects.toMatchObject({ code: 'eval.unreadable' });
  });

  it('refuse ids that cannot stand in them', () => {
    for (const id of ['a b', '', '#x', 'a\u3000b']) {
      expect(() => formatTrecQrels(new Map([[id, new Map([['d', 1]])]]))).toThrowError(
        expect.objectContaining({ code: 'eval.unwritable-id' }),
      );
    }
  });
});
