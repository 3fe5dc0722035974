import { createMemoryIndex, type MultivectorIndex, type SearchFilter } from '@glot/index';
import { beforeAll, expect, it } from 'vitest';
import { unmatchedPart } from './unmatched-filter.js';

let index: MultivectorIndex;
beforeAll(async () => {
  index = createMemoryIndex({ encoder: { name: 'none', fingerprint: '0'.repeat(64), dim: 2 } });
  const common = { contentHash: '', sizeBytes: 1, title: null, text: '', passages: [] };
  const vectors = { data: new Float32Array(), offsets: new Uint32Array(1), dim: 2 };
  const modifiedMs = Date.parse('2026-03-01');
  await index.upsert(
    { ...common, path: 'de/a.md', lang: 'de', format: 'markdown', modifiedMs, meta: { Status: 'neu' } },
    vectors,
  );
  await index.upsert({ ...common, path: 'b.html', lang: null, format: 'html', modifiedMs, meta: {} }, vectors);
});

it.each<[SearchFilter, string | null]>([
  [{ languages: ['fr'] }, 'no document is in fr; there are de, und'],
  [{ formats: ['pdf'] }, 'no document is of format pdf; there are html, markdown'],
  [{ path: '[' }, 'no document lies at ['],
  [{ path: ['x/**', 'y'] }, 'no document lies at x/**, y'],
  [{ modifiedFromMs: Date.parse('2026-03-02') }, 'no document was changed since 2026-03-02'],
  [{ modifiedBeforeMs: Date.parse('2026-03-01') }, 'no document was last changed before 2026-03-01'],
  [{ meta: { Status: 'alt' } }, 'no document has Status=alt'],
  [{ languages: ['de'], formats: ['html'] }, 'no document matches all of the filters'],
  [
    { phrases: ['am See'], without: ['x'] },
    'only passages with "am See" were looked at, passages with "x" were left out',
  ],
  [{ languages: ['fr', 'de'], path: 'de/**', meta: { Status: 'neu' } }, null],
  [{}, null],
])('%o: %s', async (filter, expected) => {
  expect(await unmatchedPart(filter, filter, index)).toBe(expected);
});
