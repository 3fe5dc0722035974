/** Files of fixtures/messy-outcomes.tsv, with phrases that another tool finds too or that were taken by hand: what stands in each, and what comes of it. */
import { existsSync, readFileSync, statSync } from 'node:fs';
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, describe, expect, it } from 'vitest';
import { createReader } from './reader.js';

const FOLDER = fileURLToPath(new URL('../../../../shared/data/messy', import.meta.url));
const [, ...rows] = readFileSync(new URL('../../../fixtures/messy-outcomes.tsv', import.meta.url), 'utf8')
  .trimEnd()
  .split('\n')
  .map((line) => line.split('\t') as [file: string, has: string, outcome: string, phrase: string]);

const letters = (text: string): string =>
  text
    .normalize('NFKC')
    .replace(/[\u00ad\u200b\u200e\u200f\u202a-\u202e\u2066-\u2069]/gu, '')
    .replace(/\s+/gu, ' ');

if (!existsSync(FOLDER)) console.warn(`skipped: ${FOLDER} is not here`);

describe.skipIf(!existsSync(FOLDER))('messy files', () => {
  const reader = createReader();
  afterAll(() => reader.dispose());

  it.each(rows)(
    '%s, which has %s, ends as %s',
    async (file, _has, outcome, phrase) => {
      const absolutePath = join(FOLDER, file);
      const { size, mtimeMs } = statSync(absolutePath);
      const read = await reader.read({
        path: basename(file),
        absolutePath,
        sizeBytes: size,
        modifiedMs: mtimeMs,
        changedMs: mtimeMs,
      });
      if (read.status === 'skipped') {
        expect(read.skipped.reason).toBe(outcome);
        expect(read.skipped.detail).not.toBe('');
      } else {
        expect(outcome).toBe('read');
        expect(letters(read.document.passages.map(({ text }) => text).join('\n'))).toContain(phrase);
      }
    },
    60_000,
  );
});

it('gives the text of at least 95 % of the files that have some, in formats that are read', () => {
  const withText = rows.filter(([, has]) => has === 'text');
  expect(withText.filter(([, , outcome]) => outcome === 'read').length / withText.length).toBeGreaterThanOrEqual(0.95);
});
