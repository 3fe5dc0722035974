/**
 * Texts that are no files into the index: split, encoded, and stored in one change.
 * @module
 */
import { createHash } from 'node:crypto';
import type { Encoder } from '@glot/encoder';
import { GlotError, throwIfAborted } from '@glot/errors';
import type { IndexChange, MultivectorIndex } from '@glot/index';
import { splitText } from '@glot/ingest';
import { encodedText } from './encoded-text.js';

export interface AddedText {
  /** Your key: what `Hit.path` says, and what `get` and `delete` take. Another text of the same id goes. */
  readonly id: string;
  readonly text: string;
  readonly title?: string | undefined;
  /** A code such as `ja`; default: as detected. */
  readonly language?: string | undefined;
  /** What filters look at as `meta`. */
  readonly fields?: Readonly<Record<string, string>> | undefined;
  /** How the text is marked up; default `text`: not at all. */
  readonly format?: 'text' | 'markdown' | undefined;
  /** What filters by time look at, Unix time; default: now. */
  readonly modifiedMs?: number | undefined;
}

interface AddContext {
  readonly index: MultivectorIndex;
  readonly encoder: () => Promise<Encoder>;
  readonly poolFactor: number;
  readonly signal: AbortSignal | undefined;
}

/** @throws GlotError `glot.text` for one without id or words, before anything is stored */
export async function addTexts(texts: readonly AddedText[], context: AddContext): Promise<void> {
  const { index, poolFactor, signal } = context;
  const encoder = await context.encoder();
  const changes: IndexChange[] = [];
  for (const { id, text, title, language, fields = {}, format = 'text', modifiedMs = Date.now() } of texts) {
    throwIfAborted(signal);
    if (id === '') throw new GlotError('glot.text', 'a text that is added needs an id');
    const countTokens = (some: string) => encoder.countTokens(some);
    const split = await splitText(text, { format, language, countTokens, signal });
    if (split.passages.length === 0) {
      throw new GlotError('glot.text', `the text ${id} has no words to find`, { details: { id } });
    }
    const bytes = Buffer.from(text);
    const document = {
      ...split,
      path: id,
      title: title ?? split.title,
      meta: { ...split.meta, ...fields },
      contentHash: createHash('sha256').update(bytes).digest('hex'),
      sizeBytes: bytes.length,
      modifiedMs,
      source: 'text' as const,
    };
    const passages = split.passages.map((passage) => encodedText(document.title, passage));
    const vectors = await encoder.encodeDocuments(passages, { poolFactor, ...(signal && { signal }) });
    changes.push({ kind: 'upsert', document, vectors: await index.prepare(vectors) });
  }
  throwIfAborted(signal);
  await index.write(changes);
}
