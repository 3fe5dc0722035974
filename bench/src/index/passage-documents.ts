import type { DocumentInput } from '@glot/index';

/** A document with one passage a text. */
export function documentOf(path: string, texts: readonly string[]): DocumentInput {
  let start = 0;
  const passages = texts.map((text) => {
    const passage = { text, start, end: start + text.length, headings: [], page: null, lines: null, lang: null };
    start += text.length + 1;
    return passage;
  });
  return {
    path,
    contentHash: path,
    sizeBytes: start,
    modifiedMs: 0,
    format: 'markdown',
    title: null,
    lang: null,
    meta: {},
    text: texts.join('\n'),
    passages,
  };
}
