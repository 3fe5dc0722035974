/**
 * HTML: the article that Readability finds, or the whole body where that would lose too much. Scripts, navigation and
 * hidden parts are dropped, headings kept. Nothing is fetched or run.
 */
import { Readability } from '@mozilla/readability';
import { parseHTML } from 'linkedom';
import type { Extraction } from '../extraction.js';
import { addHtmlBlocks, type HtmlNode } from './html-blocks.js';
import { TextBuilder } from './text-builder.js';

/** Share of the body's text that an article must hold to be taken for the page. */
const ARTICLE_SHARE = 0.6;

export function readHtml(source: string): Extraction {
  const { document } = parse(source);
  const title = clean(document.querySelector('title')?.textContent) ?? clean(document.querySelector('h1')?.textContent);
  const lang = document.documentElement?.getAttribute('lang')?.split('-')[0]?.toLowerCase() || null;
  const whole = new TextBuilder();
  addHtmlBlocks(document.body as unknown as HtmlNode, whole);
  const article = readArticle(source, clean(document.querySelector('h1')?.textContent));
  const chosen = article !== undefined && article.length >= whole.length * ARTICLE_SHARE ? article : whole;
  return {
    text: chosen.text,
    title,
    meta: readMeta(document),
    blocks: chosen.blocks,
    places: [],
    hasLines: false,
    declaredLang: lang,
  };
}

/** linkedom adds no body where the source has none. */
function parse(source: string): ReturnType<typeof parseHTML> {
  return parseHTML(/<body[\s>]/i.test(source) ? source : `<!doctype html><html><body>${source}</body></html>`);
}

/** Readability changes its document, so it gets its own. Undefined when it finds nothing or cannot cope. */
function readArticle(source: string, h1: string | null): TextBuilder | undefined {
  try {
    const { document } = parse(source);
    const content = new Readability(document as never, { charThreshold: 200 }).parse()?.content;
    if (typeof content !== 'string') return undefined;
    const builder = new TextBuilder();
    const { document: inner } = parseHTML(`<!doctype html><html><body>${content}</body></html>`);
    const body = new TextBuilder();
    addHtmlBlocks(inner.body as unknown as HtmlNode, body);
    // Readability drops the heading that repeats the title.
    if (h1 !== null && !body.blocks.some(({ heading }) => heading === h1)) builder.addHeading(1, h1);
    addHtmlBlocks(inner.body as unknown as HtmlNode, builder);
    return builder;
  } catch {
    return undefined;
  }
}

function readMeta(document: ReturnType<typeof parseHTML>['document']): Record<string, string> {
  const meta: Record<string, string> = {};
  for (const name of ['author', 'description', 'keywords']) {
    const content = clean(document.querySelector(`meta[name="${name}"]`)?.getAttribute('content'));
    if (content !== null) meta[name] = content;
  }
  return meta;
}

function clean(text: string | null | undefined): string | null {
  const tidy = text?.replace(/\s+/g, ' ').trim().normalize('NFC');
  return tidy ? tidy : null;
}
