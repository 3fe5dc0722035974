/**
 * Tagged pages: blocks in the order of the document's own structure tree (ISO 32000-1, 14.7 and 14.8), with its
 * headings, lists and tables. Running heads and page numbers are not in the tree, so they drop out.
 */
import type { StructTreeContent, StructTreeNode, TextContent, TextItem } from 'pdfjs-dist/types/src/display/api.js';
import { linesOf } from './lines.js';
import { joinLines, type PdfParagraph, paragraphsOf } from './paragraphs.js';

type Items = TextContent['items'];

/** Share of the page's letters, artifacts apart, that the tree must reach to be believed. */
const COVERAGE = 0.9;
/** A longer paragraph is probably a page that somebody tagged as one. */
const LONGEST_PARAGRAPH = 3_000;

/** Elements that are no part of running text. Others (spans, links, NonStruct) may be, see `isTextBlock`. */
const BLOCKS = new Set(
  'Document Part Art Sect Div BlockQuote Caption TOC TOCI Index P H H1 H2 H3 H4 H5 H6 Title L LI Table Note'.split(' '),
);

/**
 * @param items with marked content, as `getTextContent({ includeMarkedContent: true })` gives them
 * @returns null where the tags leave out too much of the page
 */
export function taggedParagraphs(tree: StructTreeNode, items: Items): PdfParagraph[] | null {
  const marked = markedContent(items);
  const paragraphs: PdfParagraph[] = [];
  /** Where nobody says that the text is one paragraph, its lines tell. */
  const add = (kind: 'paragraph' | 'item', own: Items, isOne: boolean): void => {
    const text = textOf(own);
    if (kind === 'paragraph' && (!isOne || text.length > LONGEST_PARAGRAPH)) {
      paragraphs.push(...paragraphsOf(linesOf(own)).map((found) => ({ ...found, tag: { kind } })));
    } else if (text !== '') paragraphs.push({ text, size: sizeOf(own), lineCount: 1, tag: { kind } });
  };
  /** Adds the blocks below a node; text that stands in no block of its own is one of the given kind. */
  const visit = (node: StructTreeNode, kind: 'paragraph' | 'item', inText: boolean): void => {
    let open: Items = [];
    const flush = (): void => {
      add(kind, open, inText);
      open = [];
    };
    for (const child of node.children) {
      if (isContent(child)) {
        open.push(...(marked.contents.get(child.id) ?? []));
        continue;
      }
      const own = itemsBelow(child, marked.contents);
      if (kind === 'item' && isItemText(child)) {
        if (BLOCKS.has(child.role)) open.push(...lineEnd(open));
        open.push(...own);
      } else if (BLOCKS.has(child.role) || holdsBlock(child)) {
        flush();
        block(child);
      } else if (inText || !isTextBlock(child) || continuesLine(open, own)) {
        open.push(...own);
      } else {
        flush();
        if (child.children.some((inner) => !isContent(inner) && isTextBlock(inner))) visit(child, kind, false);
        else add(kind, own, true);
      }
    }
    flush();
  };
  const block = (node: StructTreeNode): void => {
    const level = headingLevel(node.role);
    if (level !== null) {
      const own = itemsBelow(node, marked.contents);
      const text = textOf(own);
      if (text !== '') paragraphs.push({ text, size: sizeOf(own), lineCount: 1, tag: { kind: 'heading', level } });
    } else if (node.role === 'Table') {
      const text = rowsOf(node)
        .map((row) => rowText(row, marked.contents))
        .filter((row) => row !== '')
        .join('\n');
      if (text !== '') paragraphs.push({ text, size: 0, lineCount: 1, tag: { kind: 'table' } });
    } else {
      const isItem = node.role === 'LI' || node.role === 'TOCI';
      visit(node, isItem ? 'item' : 'paragraph', isItem || node.role === 'P' || node.role === 'Caption');
    }
  };
  visit(tree, 'paragraph', false);
  const reached = paragraphs.reduce((sum, { text }) => sum + letters(text), 0);
  return reached >= marked.letters * COVERAGE && reached > 0 ? paragraphs : null;
}

interface MarkedContent {
  /** Text of each marked-content sequence, nested ones included. */
  readonly contents: ReadonlyMap<string, Items>;
  /** Letters of the page outside of artifacts. */
  readonly letters: number;
}

function markedContent(items: Items): MarkedContent {
  const contents = new Map<string, Items>();
  const open: { id: string | null; isArtifact: boolean }[] = [];
  let text = '';
  for (const item of items) {
    if ('str' in item) {
      if (open.some(({ isArtifact }) => isArtifact)) continue;
      text += item.str;
      const id = open.findLast((sequence) => sequence.id !== null)?.id;
      if (id == null) continue;
      const own = contents.get(id);
      if (own === undefined) contents.set(id, [item]);
      else own.push(item);
    } else if (item.type === 'endMarkedContent') {
      open.pop();
    } else {
      // The declared type leaves the tag out.
      const { id, tag } = item as { id?: string; tag?: string };
      open.push({ id: id || null, isArtifact: tag === 'Artifact' });
    }
  }
  return { contents, letters: letters(text) };
}

const isContent = (node: StructTreeNode | StructTreeContent): node is StructTreeContent => !('role' in node);

function itemsBelow(node: StructTreeNode, contents: MarkedContent['contents']): Items {
  return node.children.flatMap((child) =>
    isContent(child) ? (contents.get(child.id) ?? []) : itemsBelow(child, contents),
  );
}

const holdsBlock = (node: StructTreeNode): boolean =>
  node.children.some((child) => !isContent(child) && (BLOCKS.has(child.role) || holdsBlock(child)));

/** Browsers write paragraphs as NonStruct with a NonStruct for each run of text; a run alone is no block. */
const isTextBlock = (node: StructTreeNode): boolean =>
  node.role === 'NonStruct' && node.children.some((child) => !isContent(child) && child.role === 'NonStruct');

/** Text of a list item, in whatever it is wrapped: all but a list, table or heading within the item. */
const isItemText = (node: StructTreeNode): boolean =>
  (!BLOCKS.has(node.role) || node.role === 'P' || node.role === 'Div') &&
  node.children.every((child) => isContent(child) || isItemText(child));

function continuesLine(before: Items, after: Items): boolean {
  const last = before.findLast(isInked);
  const next = after.find(isInked);
  return last !== undefined && next !== undefined && Math.abs(last.transform[5] - next.transform[5]) < last.height / 2;
}

const isInked = (item: Items[number]): item is TextItem => 'str' in item && item.str.trim() !== '';

/** Parts two paragraphs of one item. */
const lineEnd = (before: Items): Items => {
  const last = before.at(-1) as TextItem | undefined;
  return last === undefined ? [] : [{ ...last, str: '', width: 0, hasEOL: true }];
};

function headingLevel(role: string): number | null {
  if (role === 'H' || role === 'Title') return 1;
  const level = /^H([1-6])$/.exec(role)?.[1];
  return level === undefined ? null : Number(level);
}

const rowsOf = (node: StructTreeNode): StructTreeNode[] =>
  node.children.flatMap((child) => (isContent(child) ? [] : child.role === 'TR' ? [child] : rowsOf(child)));

function rowText(row: StructTreeNode, contents: MarkedContent['contents']): string {
  const cells = row.children.map((cell) =>
    textOf(isContent(cell) ? (contents.get(cell.id) ?? []) : itemsBelow(cell, contents)),
  );
  return cells.some((cell) => cell !== '') ? cells.join(' | ') : '';
}

const textOf = (items: Items): string =>
  linesOf(items)
    .map(({ text }) => text)
    .reduce((before, after) => (before === '' ? after : joinLines(before, after)), '');

const sizeOf = (items: Items): number => linesOf(items)[0]?.size ?? 0;

const letters = (text: string): number => text.match(/[\p{L}\p{N}]/gu)?.length ?? 0;
