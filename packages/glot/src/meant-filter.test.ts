import { expect, it } from 'vitest';
import { documentPaths } from './document-path.js';
import { formatsNamed, meantFilter, whatMatchesNothing } from './meant-filter.js';

const paths = documentPaths('/p/.glot/index.db');
const STATS = {
  languages: { de: 3, ja: 1 },
  formats: { markdown: 4 },
} as unknown as Parameters<typeof whatMatchesNothing>[1];

it('understands languages and formats by any of their names', async () => {
  expect(meantFilter({ languages: ['German', '日本語', 'pt-BR'] }, paths).languages).toEqual(['de', 'ja', 'pt']);
  expect(await formatsNamed(['md', '.HTM', 'pdf', '*.docx', 'ts'])).toEqual([
    'markdown',
    'html',
    'pdf',
    'docx',
    'text',
  ]);
});

it('refuses languages and formats that there are not', async () => {
  expect(() => meantFilter({ languages: ['klingonisch'] }, paths)).toThrow(/no language is called "klingonisch"/);
  await expect(formatsNamed(['spreadsheet'])).rejects.toMatchObject({ code: 'glot.filter' });
});

it('says what no document of the index can match', () => {
  expect(whatMatchesNothing({ languages: ['fr'] }, STATS)).toBe('no document is in fr; there are de, ja');
  expect(whatMatchesNothing({ formats: ['pdf'] }, STATS)).toBe('no document is of format pdf; there are markdown');
  expect(whatMatchesNothing({ languages: ['fr', 'Japanese'], formats: ['markdown'] }, STATS)).toBeNull();
  expect(whatMatchesNothing({ path: 'x' }, STATS)).toBeNull();
});
