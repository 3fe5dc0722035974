import { describe, expect, it } from 'vitest';
import { ENCODER, encode, randomNumbers, skipInPlace } from '../fixtures.js';
import type { MultivectorIndex } from '../types.js';
import { openedFor } from './opened-index.cases.js';

export function upkeepCases(name: string, open: () => Promise<MultivectorIndex>): void {
  describe(`${name}: upkeep`, () => {
    let index: MultivectorIndex;
    const { add, addCorpus, search } = openedFor(open, (opened) => {
      index = opened;
    });

    it('counts', async () => {
      await add('b', ['one', 'two'], { lang: 'en', format: 'markdown' });
      await add('ä', ['drei'], { lang: 'de' });
      await add('𠮷', ['四'], { lang: 'de' });
      await add('z', ['?']);
      await index.write(
        skipInPlace({ path: 'y', reason: 'empty', detail: '', contentHash: '', sizeBytes: 0, modifiedMs: 0 }),
      );
      expect(await index.stats()).toMatchObject({
        documents: 4,
        passages: 5,
        tokens: 12,
        skipped: 1,
        encoder: ENCODER,
      });
      expect((await index.stats()).languages).toEqual({ en: 1, de: 2, und: 1 });
      expect((await index.stats()).formats).toEqual({ markdown: 1, text: 3 });
      expect((await index.ledger.files()).map(({ path }) => path)).toEqual(['b', 'y', 'z', 'ä', '𠮷']);
    });

    it('refuses another encoder', () => {
      const foreign = expect.objectContaining({ code: 'index.foreign-encoder' });
      expect(index.encoder).toEqual(ENCODER);
      expect(() => index.requireEncoder({ ...ENCODER, name: 'renamed' })).not.toThrow();
      expect(() => index.requireEncoder({ ...ENCODER, fingerprint: 'beef' })).toThrowError(foreign);
      expect(() => index.requireEncoder({ ...ENCODER, dim: 48 })).toThrowError(foreign);
      expect(() => index.requireEncoder({ ...ENCODER, poolFactor: 1 })).not.toThrow();
      expect(() => index.requireEncoder({ ...ENCODER, poolFactor: 2 })).toThrowError(foreign);
    });

    it('answers searches that overlap with changes, each change on return', async () => {
      const running: Promise<unknown>[] = [];
      const next = randomNumbers(5);
      for (let i = 0; i < 40; i += 1) {
        await add(`d${i}`, [`unique${i} 発酵`]);
        running.push(
          search('hybrid', `unique${i}`, 1).then((hits) => {
            expect(hits).toHaveLength(1);
          }),
        );
        if (next() > 0.5) await index.delete(`d${Math.floor(i / 2)}`);
      }
      await Promise.all(running);
      await add('last', ['unique40 新しい']);
      expect((await search('semantic', 'unique40 新しい', 1))[0]?.path).toBe('last');
    });

    it('finds the same after maintenance, and nothing wrong', async () => {
      await addCorpus();
      await index.delete('zh/面包.txt');
      const answers = () => Promise.all(['発酵 dough', '🍞', 'ขนมปัง'].map((text) => search('semantic', text, 3)));
      const before = await answers();
      const phases = new Set<string>();
      await index.optimize({ retrain: true, onProgress: ({ phase }) => phases.add(phase) });
      expect(await answers()).toEqual(before);
      expect(await index.optimize()).toMatchObject({ partitions: 'none' });
      expect(await index.check()).toEqual([]);
      expect(await index.repair()).toEqual({ problems: [], removed: [], partitionsDropped: false, whole: true });
    });

    it('stops when told to', async () => {
      await addCorpus();
      const signal = AbortSignal.abort();
      await expect(index.search({ mode: 'semantic', vectors: encode('dough'), signal })).rejects.toThrowError(
        expect.objectContaining({ name: 'AbortError' }),
      );
    });

    it('is closed once, and refuses work afterwards', async () => {
      await add('a', ['text']);
      const running = search('semantic', 'text');
      await index.close();
      await index.close();
      expect(await running).toHaveLength(1);
      const closed = expect.objectContaining({ code: 'index.closed' });
      await expect(add('b', ['text'])).rejects.toThrowError(closed);
      await expect(index.ledger.files()).rejects.toThrowError(closed);
      await expect(search('semantic', 'text')).rejects.toThrowError(closed);
    });
  });
}
