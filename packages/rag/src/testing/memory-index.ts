import type { DocumentInput, Hit, MultivectorIndex, PassageInput, SearchRequest } from '@glot/index';
import { mean, queryRows, raiseMaxima } from '../sentence-evidence.js';
import { type WordEncoder, wordsOf } from './word-encoder.js';

/** A small index for tests: the side of the contract that answering uses. */

type Stored = DocumentInput & { readonly id: number };

export interface TestDocument {
  readonly path: string;
  readonly text: string;
  /** Stretches that are passages; default: the whole text. */
  readonly passages?: readonly (Partial<PassageInput> & { readonly start: number; readonly end: number })[];
  readonly lang?: string;
  readonly format?: string;
}

export async function memoryIndex(documents: readonly TestDocument[], encoder: WordEncoder): Promise<MultivectorIndex> {
  const stored: Stored[] = documents.map((document, i) => storedDocument(document, i + 1));
  const passages = stored.flatMap((document) => document.passages.map((passage) => ({ document, passage })));
  const vectors = await encoder.encodeDocuments(passages.map(({ passage }) => passage.text));
  encoder.encoded.documents.length = 0;
  const unused = () => {
    throw new Error('not part of this index');
  };
  return {
    get: (path: string) => stored.find((document) => document.path === path) ?? null,
    async search({ mode, limit = 10, text, vectors: query }: SearchRequest) {
      const scored = passages.map(({ passage }, i) => {
        if (mode === 'lexical') return wordsOf(text!).filter((word) => wordsOf(passage.text).includes(word)).length;
        const maxima = new Float32Array(queryRows(query!)).fill(-Infinity);
        raiseMaxima(query!, vectors, i, maxima);
        return mean(maxima);
      });
      return passages
        .map((entry, i) => ({ ...entry, passageId: i + 1, score: scored[i]! }))
        .filter(({ score }) => mode !== 'lexical' || score > 0)
        .sort((a, b) => b.score - a.score)
        .slice(0, limit)
        .map(
          ({ document, passage, passageId, score }, i): Hit => ({
            ...passage,
            rank: i + 1,
            score,
            passageId,
            documentId: document.id,
            path: document.path,
            title: document.title,
            sides: { semantic: mode === 'lexical' ? null : score, lexical: mode === 'lexical' ? score : null },
          }),
        );
    },
    upsert: unused,
    touch: unused,
    skip: unused,
    delete: unused,
    files: unused,
    skippedFiles: unused,
    stats: unused,
    async close() {},
  } as unknown as MultivectorIndex;
}

function storedDocument({ path, text, passages, lang, format }: TestDocument, id: number): Stored {
  return {
    id,
    path,
    contentHash: `${id}`,
    sizeBytes: text.length,
    modifiedMs: 0,
    format: format ?? 'markdown',
    title: null,
    lang: lang ?? null,
    meta: {},
    text,
    passages: (passages ?? [{ start: 0, end: text.length }]).map((passage) => ({
      headings: [],
      page: null,
      lines: null,
      lang: lang ?? null,
      ...passage,
      text: text.slice(passage.start, passage.end),
    })),
  };
}
