/**
 * Text that is no file -> passages, as the reader of files makes them. What splits is brought in by the first call.
 * @module
 */
import { versionOfFormat } from './formats/registry.js';
import type { CountTokens } from './passages/units.js';
import { estimateTokens } from './text/token-estimate.js';
import type { IngestedDocument } from './types.js';

export interface SplitTextOptions {
  /** Default `text`: paragraphs without markup. */
  readonly format?: 'text' | 'markdown' | undefined;
  /** Default: as detected. */
  readonly language?: string | undefined;
  /** Tokens in a text, by the encoder's tokenizer. Default: an estimate by script. */
  readonly countTokens?: CountTokens | undefined;
  /** Size that passages aim at. Default 180. */
  readonly targetTokens?: number | undefined;
  readonly signal?: AbortSignal | undefined;
}

export type SplitText = Pick<
  IngestedDocument,
  'format' | 'formatVersion' | 'title' | 'text' | 'lang' | 'meta' | 'blocks' | 'passages'
>;

/**
 * Splits a text at its headings, paragraphs and sentences. Passages are exact slices of `text`, which of Markdown is
 * what its reader makes of it.
 * @throws an `AbortError`
 * @example
 * const { passages } = await splitText('# 開館\n\n資料館は毎朝十時に開館します。', { format: 'markdown' });
 */
export async function splitText(source: string, options: SplitTextOptions = {}): Promise<SplitText> {
  const { format = 'text', language, countTokens = estimateTokens, targetTokens = 180, signal } = options;
  const [{ detectLanguage }, { readMarkdown }, { readPlainText }, { proseOf }, { splitIntoPassages }] =
    await Promise.all([
      import('@glot/text/language'),
      import('./formats/markdown/read-markdown.js'),
      import('./formats/text/read-text.js'),
      import('./passages/prose.js'),
      import('./passages/split.js'),
    ]);
  const extraction = format === 'markdown' ? readMarkdown(source) : readPlainText(source, 'prose');
  const { text, blocks, title, meta } = extraction;
  const lang = language ?? detectLanguage(proseOf(text, blocks, 0, text.length, 20_000), extraction.declaredLang);
  const passages = await splitIntoPassages(extraction, { countTokens, targetTokens, lang, ...(signal && { signal }) });
  const kinds = blocks.map(({ kind, start, end }) => ({ kind, start, end }));
  return { format, formatVersion: versionOfFormat(format)!, title, text, lang, meta, blocks: kinds, passages };
}
