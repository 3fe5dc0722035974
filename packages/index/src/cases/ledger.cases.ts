import { describe, expect, it } from 'vitest';
import { skip, skipInPlace, stamp } from '../fixtures.js';
import type { MultivectorIndex } from '../types.js';
import { openedFor } from './opened-index.cases.js';

export function ledgerCases(name: string, open: () => Promise<MultivectorIndex>): void {
  describe(`${name}: ledger of files`, () => {
    let index: MultivectorIndex;
    const { add, upsert, search } = openedFor(open, (opened) => {
      index = opened;
    });

    it('records skipped files in place of documents, and documents in place of skips', async () => {
      const skip = {
        path: 'x.pdf',
        reason: 'encrypted',
        detail: 'パスワード',
        contentHash: 'h',
        sizeBytes: 5,
        modifiedMs: 6.25,
        changedMs: 7.5,
      };
      await add('x.pdf', ['text']);
      await index.write(skipInPlace(skip));
      expect(await index.get('x.pdf')).toBeNull();
      expect(await index.ledger.skippedFiles()).toEqual([skip]);
      expect(await index.ledger.files()).toEqual([
        {
          path: 'x.pdf',
          contentHash: 'h',
          sizeBytes: 5,
          modifiedMs: 6.25,
          changedMs: 7.5,
          indexed: false,
          skipReason: 'encrypted',
        },
      ]);
      await index.write(skipInPlace({ ...skip, reason: 'broken' }));
      expect(await index.ledger.skippedFiles()).toEqual([{ ...skip, reason: 'broken' }]);
      await add('x.pdf', ['text']);
      expect(await index.ledger.skippedFiles()).toEqual([]);
      expect((await index.ledger.files())[0]?.skipReason).toBeNull();
      await index.write(skipInPlace(skip));
      expect(await index.delete('x.pdf')).toBe(true);
      expect(await index.ledger.files()).toEqual([]);
    });

    it('keeps a document that could not be read again, and says why beside it', async () => {
      const file = { path: 'é.pdf', reason: 'timeout', detail: '…', contentHash: '', sizeBytes: 5, modifiedMs: 6 };
      const id = await add('é.pdf', ['sourdough']);
      await index.ledger.write([skip(file)]);
      await index.ledger.write([skip(file)]);
      expect(await index.get('é.pdf')).toMatchObject({ id });
      expect((await search('lexical', 'sourdough'))[0]?.path).toBe('é.pdf');
      expect(await index.ledger.files()).toMatchObject([
        { indexed: true, skipReason: 'timeout', contentHash: 'hash of é.pdf' },
      ]);
      expect(await index.ledger.skippedFiles()).toEqual([{ ...file, changedMs: 0 }]);
      await index.ledger.write([{ kind: 'unskip', path: 'é.pdf' }]);
      expect(await index.ledger.files()).toMatchObject([{ path: 'é.pdf', indexed: true, skipReason: null }]);
      await index.ledger.write([skip(file)]);
      expect(await index.delete('é.pdf')).toBe(true);
      expect([await index.ledger.files(), await index.ledger.skippedFiles()]).toEqual([[], []]);
    });

    it('says beside a document what of its file is left out, until it is replaced', async () => {
      const shortfall = { reason: 'partial', detail: 'bis Zeile 7' };
      await add('log', ['eins'], { shortfall });
      expect(await index.ledger.skippedFiles()).toMatchObject([
        { path: 'log', ...shortfall, contentHash: 'hash of log' },
      ]);
      expect(await index.ledger.files()).toMatchObject([{ indexed: true, skipReason: 'partial' }]);
      expect(await index.get('log')).not.toHaveProperty('shortfall');
      await add('log', ['eins']);
      expect(await index.ledger.skippedFiles()).toEqual([]);
    });

    it('keeps a text that is no file out of the ledger', async () => {
      const id = await add('メモ 1', ['資料館は毎朝十時に開館します'], { source: 'text', changedMs: 0 });
      await add('a.md', ['eine Datei']);
      expect((await index.ledger.files()).map(({ path }) => path)).toEqual(['a.md']);
      expect((await index.list()).map(({ path }) => path)).toEqual(['a.md', 'メモ 1']);
      expect(await index.get('メモ 1')).toMatchObject({ id, source: 'text', changedMs: 0 });
      expect((await search('lexical', '資料館'))[0]?.path).toBe('メモ 1');
      expect(await index.delete('メモ 1')).toBe(true);
      expect(await index.get('メモ 1')).toBeNull();
    });

    it('remembers the roots that it is kept in step with, in place of those before', async () => {
      expect(await index.ledger.roots()).toEqual([]);
      const root = { path: 'docs', hidden: false, followLinks: false, noIgnore: false };
      await index.ledger.write([{ kind: 'roots', roots: [root, { ...root, path: '.' }] }]);
      const roots = [{ ...root, path: '/ノート', hidden: true }, root];
      await index.write([upsert('a.md', ['eins']), { kind: 'roots', roots }]);
      expect(await index.ledger.roots()).toEqual(roots);
      expect(await index.check()).toEqual([]);
    });

    it('gives the records of some files, and says where a passage stands', async () => {
      await add('a.md', ['eins', 'zwei']);
      await add('é.md', ['drei']);
      await add('text', ['vier'], { source: 'text' });
      await index.ledger.write([
        skip({ path: 'b.pdf', reason: 'malformed', detail: '', contentHash: '', sizeBytes: 0, modifiedMs: 1 }),
      ]);
      const all = await index.ledger.files();
      expect(await index.ledger.filesAt(['b.pdf', 'a.md', 'text', 'none'])).toEqual(
        all.filter(({ path }) => path !== 'é.md'),
      );
      const [hit] = await search('lexical', 'zwei');
      expect(await index.locate(hit!.passageId)).toEqual({ path: 'a.md', passage: 1 });
      await index.delete('a.md');
      expect(await index.locate(hit!.passageId)).toBeNull();
    });

    it('moves the stamp of a file and nothing else', async () => {
      const id = await add('a', ['text']);
      await index.write(
        skipInPlace({ path: 'b', reason: 'empty', detail: '', contentHash: '', sizeBytes: 0, modifiedMs: 1 }),
      );
      await index.ledger.write([stamp('a', 1, 1)]);
      await index.ledger.write([stamp('b', 9, 10)]);
      await index.ledger.write([stamp('nowhere', 1, 1)]);
      await index.ledger.write([stamp('a', 7, 8.5, 8.75)]);
      expect(await index.get('a')).toMatchObject({
        id,
        sizeBytes: 7,
        modifiedMs: 8.5,
        changedMs: 8.75,
        contentHash: 'hash of a',
      });
      expect((await index.ledger.skippedFiles())[0]).toMatchObject({ sizeBytes: 9, modifiedMs: 10, reason: 'empty' });
      expect(await index.ledger.files()).toHaveLength(2);
    });
  });
}
