import { expect, it } from 'vitest';
import { documentPaths } from '../files/document-path.js';
import { formatsNamed, meantFilter } from './meant-filter.js';

const paths = documentPaths('/p/.glot/index.db');

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
