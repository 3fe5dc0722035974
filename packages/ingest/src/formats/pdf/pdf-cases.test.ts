/** PDFs as people meet them; the folder lies beside the repository. */
import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, describe, expect, it } from 'vitest';
import { createReader } from '../../reader.js';
import type { IngestedDocument } from '../../types.js';
import { walkFiles } from '../../walk/walk-files.js';

const CASES = fileURLToPath(new URL('../../../../../../shared/cases/ingest', import.meta.url));
const EXPECTED = path.join(CASES, 'expected.jsonl');

interface Case {
  readonly file: string;
  readonly outcome: string;
  readonly contains?: readonly string[];
  readonly absent?: readonly string[];
  readonly headings?: readonly string[];
  readonly absentHeadings?: readonly string[];
  readonly lang?: string;
}

/** Compatibility forms, soft hyphens and direction marks make no difference, joiners of Persian do. */
const comparable = (text: string): string =>
  text
    .replace(/[\u00ad\u200b\u200e\u200f\u202a-\u202e\u2060\u2066-\u2069\ufeff]/gu, '')
    .normalize('NFKC')
    .replace(/\s+/gu, ' ')
    .trim();

const textOf = ({ passages }: IngestedDocument): string => comparable(passages.map(({ text }) => text).join('\n'));

describe.skipIf(!existsSync(EXPECTED))('PDFs of the shared cases (skipped where ../shared is absent)', () => {
  const reader = createReader();
  afterAll(() => reader.dispose());
  const cases = existsSync(EXPECTED)
    ? readFileSync(EXPECTED, 'utf8')
        .trim()
        .split('\n')
        .map((line) => JSON.parse(line) as Case)
        .filter(({ file }) => file.endsWith('.pdf'))
    : [];

  it.each(cases.map((each) => [each.file, each] as const))('%s', async (_, each) => {
    for await (const entry of walkFiles([path.join(CASES, each.file)])) {
      const outcome = await reader.read(entry);
      if (outcome.status === 'skipped') {
        expect(`skipped:${outcome.skipped.reason}`).toBe(each.outcome);
        continue;
      }
      expect(each.outcome).toBe('document');
      const text = textOf(outcome.document);
      for (const phrase of each.contains ?? []) expect(text).toContain(comparable(phrase));
      for (const phrase of each.absent ?? []) expect(text).not.toContain(comparable(phrase));
      const headings = outcome.document.passages.flatMap((passage) => passage.headings.map(comparable));
      expect(headings).toEqual(expect.arrayContaining((each.headings ?? []).map(comparable)));
      for (const heading of each.absentHeadings ?? []) expect(headings).not.toContain(comparable(heading));
      if (each.lang !== undefined) expect(outcome.document.lang).toBe(each.lang);
    }
  });
});
