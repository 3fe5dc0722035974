import { createRequire } from 'node:module';
import { expect, it } from 'vitest';

it('opens PDFs with the one copy of pdf.js that pdf-parse brings', () => {
  const own = createRequire(import.meta.url);
  const parser = createRequire(own.resolve('pdf-parse'));
  expect(own.resolve('pdfjs-dist/package.json')).toBe(parser.resolve('pdfjs-dist/package.json'));
});
