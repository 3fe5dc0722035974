/**
 * HTML: what a browser shows of the page, less its navigation. Scripts and hidden parts are dropped, headings kept, and
 * the panels that a button opens are read as if open. Nothing is fetched or run.
 */
import { parseHTML } from 'linkedom';
import { parse as parseAsBrowser, serialize } from 'parse5';
import type { Extraction } from '../../extraction.js';
import type { Note } from '../../notes.js';
import { Refused } from '../refused.js';
import { TextBuilder } from '../text-builder.js';
import { addHtmlBlocks, type HtmlNode, type LeftOutAs } from './html-blocks.js';
import { navigationIn } from './html-navigation.js';
import { openedPanels } from './html-panels.js';

/** Pages below this share of the whole body's text are lists of links: these are their content. */
const CONTENT_SHARE = 0.3;

export function readHtml(source: string): Extraction {
  const { document } = parse(source);
  const title = clean(document.querySelector('title')?.textContent) ?? clean(document.querySelector('h1')?.textContent);
  const lang = document.documentElement?.getAttribute('lang')?.split('-')[0]?.toLowerCase() || null;
  const body = document.body as unknown as HtmlNode;
  const opened = openedPanels(body);
  const whole = new TextBuilder();
  const leftOfWhole = new LeftOut();
  addHtmlBlocks(body, whole, { opened, onLeftOut: leftOfWhole.add });
  const content = new TextBuilder();
  const leftOfContent = new LeftOut();
  addHtmlBlocks(body, content, { opened, left: navigationIn(body), onLeftOut: leftOfContent.add });
  const isContent = content.length >= whole.length * CONTENT_SHARE;
  const chosen = isContent ? content : whole;
  return {
    text: chosen.text,
    title,
    meta: readMeta(document),
    blocks: chosen.blocks,
    places: [],
    hasLines: false,
    declaredLang: lang,
    notes: (isContent ? leftOfContent : leftOfWhole).notes(),
  };
}

const LEFT_OUT: Readonly<Record<LeftOutAs, string>> = {
  navigation: 'navigation',
  hidden: 'hidden parts',
  controls: 'choices and fields of forms',
  fallback: 'what stands in for scripts, frames and players',
};

/** How much of a page's text is left out, and as what. */
class LeftOut {
  readonly #letters = new Map<LeftOutAs, number>();

  readonly add = (node: HtmlNode, as: LeftOutAs): void => {
    // What stands in for scripts is not parsed.
    const text = (node.textContent ?? '').replace(as === 'fallback' ? /<[^>]*>|\s+/g : /\s+/g, '');
    if (text !== '') this.#letters.set(as, (this.#letters.get(as) ?? 0) + text.length);
  };

  notes(): Note[] {
    const parts = Array.from(this.#letters, ([as, count]) => `${LEFT_OUT[as]} (${letters(count)})`);
    return parts.length === 0 ? [] : [{ kind: 'left-out', detail: parts.join(', ') }];
  }
}

const letters = (count: number): string => (count === 1 ? '1 letter' : `${count} letters`);

/** Elements inside each other: browsers stop nesting at 512, and what is deeper no person wrote. */
const MAX_DEPTH = 2_000;

/**
 * A page as the HTML standard parses it: with the body that no tag names, with what stands behind it and in a second one.
 * linkedom, which has the DOM, does not know these rules.
 */
function parse(source: string): ReturnType<typeof parseHTML> {
  const tree = parseAsBrowser(withEndTags(source), { scriptingEnabled: true });
  checkDepth(tree);
  return parseHTML(serialize(tree));
}

/** XHTML may end an element where it begins; HTML would take all that follows for its content. */
const withEndTags = (source: string): string =>
  /^\s*<\?xml\b/.test(source)
    ? source.replace(
        /<(title|script|style|textarea|iframe|noscript|select|button|canvas|object|audio|video|nav)((?:\s[^<>]*)?)\/>/gi,
        '<$1$2></$1>',
      )
    : source;

interface TreeNode {
  readonly childNodes?: readonly unknown[];
}

function checkDepth(tree: TreeNode): void {
  let level: TreeNode[] = [tree];
  for (let depth = 0; level.length > 0; depth += 1) {
    if (depth > MAX_DEPTH) throw new Refused('malformed', `elements are nested more than ${MAX_DEPTH} deep`);
    level = level.flatMap((node) => (node.childNodes ?? []) as TreeNode[]);
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
