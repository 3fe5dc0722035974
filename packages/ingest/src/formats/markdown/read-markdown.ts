/**
 * Markdown by lines: the extracted text is the file's own but for the bytes of images in it, only its structure is found.
 * Knows front matter, ATX and setext headings, fences, indented code, blocks of HTML, tables, lists, callouts in their
 * several spellings and the modules of MDX; everything else is a paragraph like any other.
 */
import { type Block, block, type Extraction } from '../../extraction.js';
import { type LineSpan, lineSpans } from '../../text/line-spans.js';
import { withoutDataAddresses } from '../data-addresses.js';
import { readFrontMatter } from './front-matter.js';
import { headingText } from './heading-text.js';

const FENCE = /^[ \t]*(?:>[ \t]*)*(?:(?:[-*+]|\d{1,9}[.)])[ \t]+)*(`{3,}|~{3,})([^\n]*)$/;
const ATX = /^ {0,3}(#{1,6})(?:[ \t]+(.*))?$/;
const SETEXT = /^ {0,3}(=+|-+)[ \t]*$/;
const ITEM = /^[ \t]*(?:[-*+•]|\d{1,9}[.)])(?:[ \t]+|$)/;
const RULE = /^ {0,3}(?:(?:\*[ \t]*){3,}|(?:-[ \t]*){3,}|(?:_[ \t]*){3,})$/;
const TABLE_RULE = /^[ \t]*\|?[ \t]*:?-+:?[ \t]*(?:\|[ \t]*:?-+:?[ \t]*)*\|?[ \t]*$/;
const INDENTED = /^(?: {4}| {0,3}\t)[ \t]*\S/;
const TAG_ONLY = /^[ \t]*<\/?(?:[A-Za-z][^<>]*)?>[ \t]*$/;
/** Lines that nobody reads: definitions of links, fences of containers, includes, comments of MDX, lone images, marks of callouts. */
const MARKUP_LINE =
  /^[ \t]*(?:\[[^\]]+\]:[ \t]*\S*(?:[ \t]+(?:"[^"]*"|'[^']*'|\([^)]*\)))?|:{3,}[^\n]*|\/{3,}[^\n]*|\{[*%!{].*[}%*]\}|\{\/\*.*\*\/\}|!\[[^\]]*\]\([^)]*\)|!\[\[[^\]]*\]\]|(?:>[ \t]?)+\[![\p{L}\p{N} _|-]+\][+-]?)[ \t]*$/u;
/** What MkDocs writes above a callout or a tab: indented lines below it are its text, not code. */
const CONTAINER = /^[ \t]*(?:!!!|\?\?\?\+?|===[!+]?)[ \t]+(?:[\w-]+|"[^"]*")/;
const MODULE = /^(?:import|export)(?=[ {*])/;

/** @param extension of the file's name: `mdx` has modules */
export function readMarkdown(source: string, extension = 'md'): Extraction {
  const { text, notes } = withoutDataAddresses(source);
  const front = readFrontMatter(text);
  const blocks = findBlocks(text, lineSpans(text, front.end), extension === 'mdx');
  const firstHeading = blocks.find(({ kind, heading }) => kind === 'heading' && heading !== '')?.heading;
  const title = front.meta.title?.trim() || firstHeading || null;
  const declaredLang = /^[a-z]{2,3}\b/i.exec(front.meta.lang ?? '')?.[0].toLowerCase() ?? null;
  return { text, title, meta: front.meta, blocks, places: [], hasLines: true, declaredLang, notes };
}

function findBlocks(text: string, lines: readonly LineSpan[], hasModules: boolean): Block[] {
  const blocks: Block[] = [];
  const lineAt = (index: number): string => {
    const line = lines[index];
    return line === undefined ? '' : text.slice(line.start, line.end);
  };
  let at = 0;
  /** Adds lines [at, stop) as one block and moves on. */
  const take = (kind: 'paragraph' | 'item' | 'code' | 'table' | 'markup', stop: number): void => {
    blocks.push(block(kind, lines[at]!.start, lines[stop - 1]!.end));
    at = stop;
  };
  const takeHeading = (level: number, source: string, stop: number): void => {
    const { start } = lines[at]!;
    blocks.push({ kind: 'heading', start, end: lines[stop - 1]!.end, level, heading: headingText(source) });
    at = stop;
  };

  /** True below an item or above a container, whose paragraphs and fences are indented. */
  let list = false;
  while (at < lines.length) {
    const line = lineAt(at);
    if (line.trim() === '') {
      at++;
      continue;
    }
    if (!/^[ \t]/.test(line)) list = false;
    if (ITEM.test(line) || CONTAINER.test(line)) list = true;
    if (hasModules && MODULE.test(line)) {
      take('code', endOfParagraph(lineAt, at, lines.length));
      continue;
    }
    if (INDENTED.test(line) && !list) {
      let stop = at + 1;
      for (let next = stop; next < lines.length; next++) {
        if (INDENTED.test(lineAt(next))) stop = next + 1;
        else if (lineAt(next).trim() !== '') break;
      }
      take('code', stop);
      continue;
    }
    const htmlEnd = endOfHtml(line);
    if (htmlEnd !== undefined) {
      let stop = at;
      while (stop < lines.length && !htmlEnd.test(lineAt(stop))) stop++;
      // What is never closed would swallow the rest of the file: its first line is text.
      if (stop < lines.length) {
        take(line.trimStart().startsWith('<!--') ? 'markup' : 'code', stop + 1);
        continue;
      }
    }
    const fence = openingFence(line);
    if (fence !== undefined) {
      take('code', endOfFence(lines, lineAt, at, fence));
      continue;
    }
    const atx = ATX.exec(line);
    if (atx !== null) {
      takeHeading(atx[1]!.length, (atx[2] ?? '').replace(/(?:^|[ \t]+)#+[ \t]*$/, ''), at + 1);
      continue;
    }
    if (line.includes('|') && isTableRule(lineAt(at + 1))) {
      let stop = at + 2;
      while (stop < lines.length && lineAt(stop).includes('|')) stop++;
      take('table', stop);
      continue;
    }
    if (RULE.test(line) || TAG_ONLY.test(line) || MARKUP_LINE.test(line)) {
      take('markup', at + 1);
      continue;
    }
    const isItem = ITEM.test(line);
    let stop = at + 1;
    while (stop < lines.length && !interruptsParagraph(lineAt(stop), lineAt(stop + 1))) {
      const underline = isItem ? null : SETEXT.exec(lineAt(stop));
      if (underline !== null) break;
      stop++;
    }
    const underline = !isItem && stop < lines.length ? SETEXT.exec(lineAt(stop)) : null;
    if (underline !== null)
      takeHeading(underline[1]!.startsWith('=') ? 1 : 2, text.slice(lines[at]!.start, lines[stop - 1]!.end), stop + 1);
    else take(isItem ? 'item' : 'paragraph', stop);
  }
  return blocks;
}

function endOfParagraph(lineAt: (index: number) => string, at: number, end: number): number {
  let stop = at + 1;
  while (stop < end && lineAt(stop).trim() !== '') stop++;
  return stop;
}

function interruptsParagraph(line: string, next: string): boolean {
  if (line.trim() === '') return true;
  if (SETEXT.test(line)) return false;
  return (
    openingFence(line) !== undefined ||
    endOfHtml(line) !== undefined ||
    ATX.test(line) ||
    RULE.test(line) ||
    ITEM.test(line) ||
    TAG_ONLY.test(line) ||
    MARKUP_LINE.test(line) ||
    CONTAINER.test(line) ||
    (line.includes('|') && isTableRule(next))
  );
}

/** Where a block of HTML ends whose lines are no Markdown (CommonMark 0.31, HTML blocks 1 to 5); undefined for all else. */
function endOfHtml(line: string): RegExp | undefined {
  const start = /^ {0,3}<(?:(pre|script|style|textarea)(?=[\s>]|$)|(!--)|(\?)|(!\[CDATA\[)|(![A-Za-z]))/i.exec(line);
  if (start === null) return undefined;
  if (start[1] !== undefined) return new RegExp(`</${start[1]}>`, 'i');
  if (start[2] !== undefined) return /-->/;
  if (start[3] !== undefined) return /\?>/;
  return start[4] === undefined ? />/ : /\]\]>/;
}

const isTableRule = (line: string): boolean => line.includes('|') && line.includes('-') && TABLE_RULE.test(line);

/** The run of back-ticks or tildes that opens a fence, or undefined. */
function openingFence(line: string): string | undefined {
  const match = FENCE.exec(line);
  if (match === null) return undefined;
  const [, run, info] = match;
  return run!.startsWith('`') && info!.includes('`') ? undefined : run;
}

/** Index after the closing line; a fence that is never closed runs to the end of the file, as in CommonMark. */
function endOfFence(lines: readonly LineSpan[], lineAt: (index: number) => string, at: number, fence: string): number {
  for (let index = at + 1; index < lines.length; index++) {
    const closing = /^[ \t]*(?:>[ \t]*)*(`{3,}|~{3,})[ \t]*$/.exec(lineAt(index))?.[1];
    if (closing !== undefined && closing[0] === fence[0] && closing.length >= fence.length) return index + 1;
  }
  return lines.length;
}
