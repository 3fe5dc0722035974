import { afterEach, beforeEach } from 'vitest';
import { CORPUS, document, encode } from '../fixtures.js';
import type { IndexChange, MultivectorIndex, SearchMode } from '../types.js';

/** Opens an index for each case, closes it after it, and puts things into it. */
export function openedFor(open: () => Promise<MultivectorIndex>, take: (index: MultivectorIndex) => void) {
  let index: MultivectorIndex;
  beforeEach(async () => {
    index = await open();
    take(index);
  });
  afterEach(() => index.close());

  const add = (path: string, texts: readonly string[], fields = {}) =>
    index.upsert(document(path, texts, fields), encode(...texts));
  return {
    add,
    upsert: (path: string, texts: readonly string[]): IndexChange => ({
      kind: 'upsert',
      document: document(path, texts),
      vectors: encode(...texts),
    }),
    addCorpus: async () => {
      for (const [path, texts] of Object.entries(CORPUS)) await add(path, texts);
    },
    search: (mode: SearchMode, text: string, limit = 10) => index.search({ mode, text, vectors: encode(text), limit }),
  };
}
