/**
 * Tagged pages: blocks in the order of the document's own structure tree (ISO 32000-1, 14.7 and 14.8), with its
 * headings, lists and tables. Running heads and page numbers are not in the tree, so they drop out.
 */
import type { StructTreeContent, StructTreeNode } from 'pdfjs-dist/types/src/display/api.js';
import { type Glyph, isBlank } from './glyph.js';
import { joinLines } from './hyphens.js';
import { markName } from './item-glyphs.js';
import { linesOf, type PdfLine } from './lines.js';
import { type PdfParagraph, paragraphsOf } from './paragraphs.js';

/** Share of the page's letters, artifacts apart, that the tree must reach to be believed. */
const COVERAGE = 0.9;
/** A longer paragraph is probably a page that somebody tagged as one. */
const LONGEST_PARAGRAPH = 3_000;

/** Elements that are no part of running text. Others (spans, links, NonStruct) may be, see `isTextBlock`. */
const BLOCKS = new Set(
  'Document Part Art Sect Div BlockQuote Caption TOC TOCI Index P H H1 H2 H3 H4 H5 H6 Title L LI Table Note'.split(' '),
);

/** @returns null where the tags leave out too much of the page */
export function taggedParagraphs(
  tree: StructTreeNode,
  glyphs: readonly Glyph[],
  isRightToLeftPage = false,
): PdfParagraph[] | null {
  const marked = markedContent(glyphs);
  const lines = (own: Glyphs): PdfLine[] => linesOf(own, isRightToLeftPage);
  const paragraphs: PdfParagraph[] = [];
  /** Where nobody says that the text is one paragraph, its lines tell. */
  const add = (kind: 'paragraph' | 'item', own: Glyphs, isOne: boolean): void => {
    const text = textOf(lines(own));
    if (kind === 'paragraph' && (!isOne || text.length > LONGEST_PARAGRAPH)) {
      paragraphs.push(...paragraphsOf(lines(own)).map((found) => ({ ...found, tag: { kind } })));
    } else if (text !== '') paragraphs.push({ text, size: lines(own)[0]?.size ?? 0, lineCount: 1, tag: { kind } });
  };
  /** Adds the blocks below a node; text that stands in no block of its own is one of the given kind. */
  const visit = (node: StructTreeNode, kind: 'paragraph' | 'item', inText: boolean): void => {
    let open: Glyph[] = [];
    const flush = (): void => {
      add(kind, open, inText);
      open = [];
    };
    for (const child of node.children) {
      if (isContent(child)) {
        append(open, contentOf(child, marked.contents));
        continue;
      }
      const own = glyphsBelow(child, marked.contents);
      if (kind === 'item' && isItemText(child)) {
        append(open, own);
      } else if (BLOCKS.has(child.role) || holdsBlock(child)) {
        flush();
        block(child);
      } else if (inText || !isTextBlock(child) || continuesLine(open, own)) {
        append(open, own);
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
      const own = glyphsBelow(node, marked.contents);
      const text = textOf(lines(own));
      if (text !== '')
        paragraphs.push({ text, size: lines(own)[0]?.size ?? 0, lineCount: 1, tag: { kind: 'heading', level } });
    } else if (node.role === 'Table') {
      const caption = textOf(lines(outsideRows(node, marked.contents)));
      if (caption !== '') paragraphs.push({ text: caption, size: 0, lineCount: 1, tag: { kind: 'paragraph' } });
      const text = rowsOf(node)
        .map((row) => rowText(row, marked.contents, lines))
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

type Glyphs = readonly Glyph[];

interface MarkedContent {
  /** Text of each marked-content sequence, nested ones included. */
  readonly contents: ReadonlyMap<string, Glyphs>;
  /** Letters of the page outside of artifacts. */
  readonly letters: number;
}

function markedContent(glyphs: Glyphs): MarkedContent {
  const contents = new Map<string, Glyph[]>();
  let text = '';
  for (const glyph of glyphs) {
    if (glyph.isArtifact) continue;
    text += glyph.text;
    if (glyph.mark === null) continue;
    const own = contents.get(glyph.mark);
    if (own === undefined) contents.set(glyph.mark, [glyph]);
    else own.push(glyph);
  }
  return { contents, letters: letters(text) };
}

const isContent = (node: StructTreeNode | StructTreeContent): node is StructTreeContent => !('role' in node);

/** A call with as many arguments as a page has glyphs would overflow the stack. */
function append(glyphs: Glyph[], more: Glyphs): void {
  for (const glyph of more) glyphs.push(glyph);
}

const contentOf = ({ id }: StructTreeContent, contents: MarkedContent['contents']): Glyphs =>
  contents.get(markName(id) ?? '') ?? [];

/** Marked-content sequences that a tree reaches. */
export function marksBelow(tree: StructTreeNode): Set<string> {
  const marks = new Set<string>();
  const visit = (node: StructTreeNode): void => {
    for (const child of node.children) {
      if (!isContent(child)) visit(child);
      else {
        const mark = markName(child.id);
        if (mark !== null) marks.add(mark);
      }
    }
  };
  visit(tree);
  return marks;
}

function glyphsBelow(node: StructTreeNode, contents: MarkedContent['contents']): Glyph[] {
  return node.children.flatMap((child) =>
    isContent(child) ? contentOf(child, contents) : glyphsBelow(child, contents),
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

function continuesLine(before: Glyphs, after: Glyphs): boolean {
  const last = before.findLast((glyph) => !isBlank(glyph));
  const next = after.find((glyph) => !isBlank(glyph));
  return last !== undefined && next !== undefined && Math.abs(last.baseline - next.baseline) < last.size / 2;
}

function headingLevel(role: string): number | null {
  if (role === 'H' || role === 'Title') return 1;
  const level = /^H([1-6])$/.exec(role)?.[1];
  return level === undefined ? null : Number(level);
}

const rowsOf = (node: StructTreeNode): StructTreeNode[] =>
  node.children.flatMap((child) => (isContent(child) ? [] : child.role === 'TR' ? [child] : rowsOf(child)));

/** Of a table: its caption, and whatever else is in no row. */
const outsideRows = (node: StructTreeNode, contents: MarkedContent['contents']): Glyph[] =>
  node.children.flatMap((child) =>
    isContent(child)
      ? contentOf(child, contents)
      : child.role === 'TR'
        ? []
        : rowsOf(child).length > 0
          ? outsideRows(child, contents)
          : glyphsBelow(child, contents),
  );

function rowText(
  row: StructTreeNode,
  contents: MarkedContent['contents'],
  lines: (glyphs: Glyphs) => PdfLine[],
): string {
  const cells = row.children.map((cell) =>
    textOf(lines(isContent(cell) ? contentOf(cell, contents) : glyphsBelow(cell, contents))),
  );
  return cells.some((cell) => cell !== '') ? cells.join(' | ') : '';
}

const textOf = (lines: readonly PdfLine[]): string =>
  lines.map(({ text }) => text).reduce((before, after) => (before === '' ? after : joinLines(before, after)), '');

const letters = (text: string): number => text.match(/[\p{L}\p{N}]/gu)?.length ?? 0;
