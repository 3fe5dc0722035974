import { GlotError } from '@glot/errors';
import { expect, it } from 'vitest';
import { errorLine } from './error-line.js';

it('says what happened, then what to do about it with commands and flags', () => {
  const missing = new GlotError('index.not-found', 'there is no index at 索引.db', { details: { file: '索引.db' } });
  expect(errorLine(missing)).toBe(
    'glot: there is no index at 索引.db; run `glot index FOLDER` first, or name another file with --index',
  );
  const part = { file: 'a.db', place: 'the centroids', isRepairable: true };
  const damaged = new GlotError('index.corrupt', 'the index a.db is damaged', { details: part });
  expect(errorLine(damaged)).toBe(
    'glot: the index a.db is damaged; `glot doctor --repair` makes it again from the vectors',
  );
  expect(errorLine(new GlotError('glot.no-roots', 'the index knows no folders'))).toBe(
    'glot: the index knows no folders; name them once: `glot index FOLDER`',
  );
  expect(errorLine(new GlotError('glot.not-indexed', 'nothing of α is there', { details: { path: 'α' } }))).toBe(
    'glot: nothing of α is there; name files and folders as `glot search` prints them',
  );
});

it('adds nothing where the message says all, and tells of an interruption in a word', () => {
  expect(errorLine(new GlotError('rag.empty-question', 'the question is empty'))).toBe('glot: the question is empty');
  expect(errorLine(AbortSignal.abort().reason)).toBe('glot: interrupted');
});
