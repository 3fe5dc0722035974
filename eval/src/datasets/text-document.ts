import type { DocumentInput } from '@glot/index';
import type { Piece } from './passage-pieces.js';

/** What of a text an index is told, where no file is behind it. */
interface TextFields {
  readonly path: string;
  readonly text: string;
  /** In order; default: the whole. */
  readonly pieces?: readonly Piece[] | undefined;
  readonly lang?: string | null | undefined;
  /** Stands above each piece, too. Default: none. */
  readonly title?: string | undefined;
  readonly format?: string | undefined;
}

export function textDocument({ path, text, pieces, lang = null, title, format = 'text' }: TextFields): DocumentInput {
  const headings = title === undefined ? [] : [title];
  const parts = pieces ?? [{ text, start: 0, end: text.length }];
  return {
    path,
    contentHash: path,
    sizeBytes: Buffer.byteLength(text),
    modifiedMs: 0,
    format,
    title: title ?? null,
    lang,
    meta: {},
    text,
    passages: parts.map((piece) => ({ ...piece, headings, page: null, lines: null, lang })),
  };
}
