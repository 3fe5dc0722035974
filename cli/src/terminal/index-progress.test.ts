import type { SyncProgress } from '@glot/glot';
import { describe, expect, it } from 'vitest';
import { createIndexProgress } from './index-progress.js';

const state = (changes: Partial<SyncProgress>): SyncProgress => ({
  phase: 'index',
  filesDone: 0,
  filesTotal: 10,
  bytesDone: 0,
  bytesTotal: 1_000,
  passages: 0,
  tokens: 0,
  path: 'docs/入門.md',
  ...changes,
});

describe('the line of a sync', () => {
  it('says how far it is, and what is left once that can be told', () => {
    let now = 0;
    const line = createIndexProgress(() => now);
    expect(line(state({ phase: 'walk', filesDone: 1 }))).toBe('looking for documents: 1 file');
    expect(line(state({}))).toBe('indexing 0/10 files, 0 passages: docs/入門.md');
    now = 10_000;
    expect(line(state({ bytesDone: 250, filesDone: 2, passages: 1_234 }))).toBe(
      'indexing 2/10 files, 1,234 passages, 30 s left: docs/入門.md',
    );
    now = 1_000_000;
    expect(line(state({ bytesDone: 500 }))).toContain(', 17 min left');
    expect(line(state({ bytesDone: 10 }))).toContain(', 28 h left');
    expect(line(state({ phase: 'delete', filesDone: 3, filesTotal: 12 }))).toBe(
      'removing 3/12 documents whose files are gone: docs/入門.md',
    );
    now += 10_000;
    expect(line(state({ phase: 'delete', filesDone: 6, filesTotal: 12 }))).toContain(
      '6/12 documents whose files are gone, 10 s left',
    );
    const arranging = (arranged: number) => line(state({ phase: 'arrange', passages: 5_038, arranged }));
    expect(arranging(0.3)).toBe('all 5,038 passages stored, arranging them for quick search: 30 %');
    now += 14_000;
    expect(arranging(0.65)).toBe('all 5,038 passages stored, arranging them for quick search: 65 %, 14 s left');
  });
});
