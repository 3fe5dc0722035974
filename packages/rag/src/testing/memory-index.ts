import { type BlockSpan, createMemoryIndex, type MultivectorIndex, type PassageInput } from '@glot/index';
import type { WordEncoder } from '@glot/testing';

export interface TestDocument {
  readonly path: string;
  readonly text: string;
  /** Stretches that are passages; default: the whole text. */
  readonly passages?: readonly (Partial<PassageInput> & { readonly start: number; readonly end: number })[];
  readonly lang?: string;
  readonly format?: string;
  readonly blocks?: readonly BlockSpan[];
}

/** An index in memory that holds these documents; passage ids count from 1 in their order. */
export async function memoryIndex(documents: readonly TestDocument[], encoder: WordEncoder): Promise<MultivectorIndex> {
  const { name, fingerprint, dim } = encoder;
  const index = createMemoryIndex({ encoder: { name, fingerprint, dim } });
  for (const { path, text, lang = null, format = 'markdown', ...rest } of documents) {
    const spans = rest.passages ?? [{ start: 0, end: text.length }];
    const passages = spans.map((span) => ({
      headings: [],
      page: null,
      lines: null,
      lang,
      ...span,
      text: text.slice(span.start, span.end),
    }));
    const { blocks = blocksOf(text) } = rest;
    const vectors = await encoder.encodeDocuments(passages.map((passage) => passage.text));
    await index.upsert(
      {
        path,
        contentHash: path,
        sizeBytes: 0,
        modifiedMs: 0,
        format,
        title: null,
        lang,
        meta: {},
        text,
        blocks,
        passages,
      },
      vectors,
    );
  }
  encoder.encoded.documents.length = 0;
  return index;
}

/** A line that begins with # is a heading, all else are paragraphs. */
function blocksOf(text: string): BlockSpan[] {
  return Array.from(text.matchAll(/^#.*$|^(?!#).+(?:\n(?!#).+)*/gmu), ({ 0: block, index: start }) => ({
    kind: block.startsWith('#') ? 'heading' : 'paragraph',
    start,
    end: start + block.length,
  }));
}
