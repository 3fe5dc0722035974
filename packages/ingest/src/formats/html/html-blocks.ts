/**
 * A DOM -> text and blocks. Also renders what mammoth makes of a Word document.
 * @module
 */

import type { TextBuilder } from '../text-builder.js';
import { drawnText } from './html-drawn.js';
import { ELEMENT, type HtmlNode, nameOf, TEXT } from './html-node.js';
import { opensPanel } from './html-panels.js';
import { tableLines } from './html-table.js';

export type { HtmlNode } from './html-node.js';

export interface BlockOptions {
  /** Hidden elements that are read all the same. */
  readonly opened?: ReadonlySet<HtmlNode> | undefined;
  /** Elements that are left out. */
  readonly left?: ReadonlySet<HtmlNode> | undefined;
  /** Told of what is left out. */
  readonly onLeftOut?: ((node: HtmlNode, as: LeftOutAs) => void) | undefined;
}

/** Navigation; hidden, or a dialog that nothing opens; choices and what is typed in; what stands for frames and players. */
export type LeftOutAs = 'navigation' | 'hidden' | 'controls' | 'fallback';

const names = (list: string): ReadonlySet<string> => new Set(list.toUpperCase().split(' '));

const DROPPED = names(
  'head title script style noscript template canvas iframe object embed audio video nav button select ' +
    'textarea input dialog menu rt rp',
);
const LEFT_AS: ReadonlyMap<string, LeftOutAs> = new Map([
  ['NAV', 'navigation'],
  ['MENU', 'navigation'],
  ['DIALOG', 'hidden'],
  ['TEMPLATE', 'hidden'],
  ['SELECT', 'controls'],
  ['TEXTAREA', 'controls'],
  ['NOSCRIPT', 'fallback'],
  ['CANVAS', 'fallback'],
  ['IFRAME', 'fallback'],
  ['OBJECT', 'fallback'],
  ['AUDIO', 'fallback'],
  ['VIDEO', 'fallback'],
]);
const BLOCKS = names(
  'address article aside blockquote body center dd details div dl dt fieldset figcaption figure footer form header hgroup ' +
    'hr html li main ol p section summary ul caption legend table thead tbody tfoot tr td th pre h1 h2 h3 h4 h5 h6',
);

/** Appends the blocks below `root` to `builder`. */
export function addHtmlBlocks(
  root: HtmlNode,
  builder: TextBuilder,
  { opened, left, onLeftOut }: BlockOptions = {},
): void {
  let inline = '';
  const flush = (kind: 'paragraph' | 'item'): void => {
    builder.add(kind, tidy(inline));
    inline = '';
  };
  const visit = (node: HtmlNode, kind: 'paragraph' | 'item'): void => {
    if (node.nodeType === TEXT) {
      inline += node.textContent ?? '';
      return;
    }
    if (node.nodeType !== ELEMENT) return;
    const name = nameOf(node);
    if (left?.has(node) || (isLeftOut(node) && !(opened?.has(node) && name !== 'NAV'))) {
      const as = left?.has(node) ? 'navigation' : leftOutAs(name);
      if (as !== null) onLeftOut?.(node, as);
      return;
    }
    if (name === 'BR') {
      inline += LINE_BREAK;
      return;
    }
    const drawn = drawnText(node);
    if (drawn !== null) {
      inline += drawn;
      return;
    }
    if (!BLOCKS.has(name)) {
      for (const child of node.childNodes) visit(child, kind);
      return;
    }
    flush(kind);
    if (/^H[1-6]$/.test(name)) {
      builder.addHeading(Number(name[1]), tidy(inlineText(node, onLeftOut)));
    } else if (name === 'PRE') {
      builder.add('code', (node.textContent ?? '').replace(/^\n+|\s+$/g, '').replace(/\r\n?/g, '\n'));
    } else if (name === 'TABLE' && isDataTable(node)) {
      builder.add('table', tableLines(node, (cell) => tidy(inlineText(cell, onLeftOut))).join('\n'));
    } else {
      const inner = name === 'LI' || name === 'DD' ? 'item' : name === 'UL' || name === 'OL' ? 'item' : 'paragraph';
      for (const child of node.childNodes) visit(child, inner);
      flush(inner);
    }
  };
  visit(root, 'paragraph');
  flush('paragraph');
}

/** Null for what holds no text of the page: scripts, readings of characters, buttons. */
const leftOutAs = (name: string): LeftOutAs | null => LEFT_AS.get(name) ?? (DROPPED.has(name) ? null : 'hidden');

const LINE_BREAK = '\u2028';
const UNSPACED =
  '\\p{Script=Han}\\p{Script=Hiragana}\\p{Script=Katakana}\\p{Script=Thai}\\u3000-\\u303f\\uff00-\\uff65';
const WRAPPED_UNSPACED = new RegExp(`(?<=[${UNSPACED}])[ \\t]*[\\n\\r]\\s*(?=[${UNSPACED}])`, 'gu');

/** White space as a browser shows it; a line end of the source between characters that need no space is none. */
function tidy(text: string): string {
  return text
    .replace(/\u00ad/g, '')
    .replace(WRAPPED_UNSPACED, '')
    .replace(/[ \t\n\r\f]+/g, ' ')
    .replace(/ ?\u2028 ?/g, '\n')
    .trim()
    .normalize('NFC');
}

function inlineText(node: HtmlNode, onLeftOut: BlockOptions['onLeftOut'], parent?: HtmlNode): string {
  if (node.nodeType === TEXT) return node.textContent ?? '';
  if (node.nodeType !== ELEMENT) return '';
  const name = nameOf(node);
  if (isLeftOut(node, /^H[1-6]$/.test(nameOf(parent ?? node)))) {
    const as = leftOutAs(name);
    if (as !== null) onLeftOut?.(node, as);
    return '';
  }
  if (name === 'BR') return ' ';
  const drawn = drawnText(node);
  if (drawn !== null) return drawn;
  const text = Array.from(node.childNodes, (child) =>
    inlineText(child, onLeftOut, /^H[1-6]$/.test(name) ? node : parent),
  ).join('');
  return BLOCKS.has(name) ? ` ${text} ` : text;
}

/** @param inHeading buttons in headings are the heading */
const isLeftOut = (node: HtmlNode, inHeading = false): boolean =>
  (DROPPED.has(nameOf(node)) && !(nameOf(node) === 'BUTTON' && (inHeading || opensPanel(node)))) || isHidden(node);

function isHidden(node: HtmlNode): boolean {
  const attribute = (name: string): string | null => node.getAttribute?.(name) ?? null;
  return (
    attribute('hidden') !== null ||
    attribute('aria-hidden') === 'true' ||
    /display\s*:\s*none|visibility\s*:\s*hidden/i.test(attribute('style') ?? '')
  );
}

/** Tables that hold headings, lists or tables are layout: their cells are read as text. */
const isDataTable = (table: HtmlNode): boolean =>
  !contains(table, (name) => /^(?:TABLE|UL|OL|H[1-6]|PRE|ARTICLE|SECTION)$/.test(name));

function contains(node: HtmlNode, test: (name: string) => boolean): boolean {
  for (const child of node.childNodes) {
    if (child.nodeType === ELEMENT && (test(child.nodeName.toUpperCase()) || contains(child, test))) return true;
  }
  return false;
}
