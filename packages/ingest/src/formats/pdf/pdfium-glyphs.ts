/**
 * Glyphs of a page by PDFium, in the order the page draws them. Text that the file states for a stretch of marked content
 * (`/ActualText`: ISO 32000-1, 14.9.4) takes the place of what its glyphs say.
 */
import { drawFilledIn } from './filled-in.js';
import { alongAxes, type Box, type Direction, directionOf, type Glyph, OBLIQUE } from './glyph.js';
import { inLetterOrder, turnedFonts } from './letter-order.js';
import { toLetters } from './letters.js';
import { type Drawn, drawnOn, type Stated } from './page-objects.js';
import type { Pdfium, PdfiumDocument } from './pdfium.js';

export interface PdfiumPage {
  readonly glyphs: Glyph[];
  /** Of notes that pop up and of marks on text. */
  readonly comments: readonly string[];
  /** Characters in layers that are switched off, and outside of what the page shows. */
  readonly unseen: number;
}

/**
 * @returns null where PDFium finds no such page
 * @throws what the engine throws when it breaks; the document is of no more use then
 */
export function readPdfiumPage({ pdfium, handle, hiddenLayers }: PdfiumDocument, pageIndex: number): PdfiumPage | null {
  const { calls } = pdfium;
  let page = calls.FPDF_LoadPage(handle, pageIndex);
  if (page === 0) return null;
  const own = calls.FPDFPage_CountObjects(page);
  const { isDrawn, comments } = drawFilledIn(pdfium, page);
  if (isDrawn) {
    calls.FPDF_ClosePage(page);
    page = calls.FPDF_LoadPage(handle, pageIndex);
    if (page === 0) return null;
  }
  const drawn = drawnOn(pdfium, page, isDrawn ? own : Number.POSITIVE_INFINITY, hiddenLayers);
  const text = calls.FPDFText_LoadPage(page);
  const read = text === 0 ? { glyphs: [], unseen: 0 } : readGlyphs(pdfium, text, drawn, seenPart(pdfium, page));
  if (text !== 0) calls.FPDFText_ClosePage(text);
  calls.FPDF_ClosePage(page);
  return { ...read, comments };
}

/** What of the page is shown. */
function seenPart({ calls, heap, scratch }: Pdfium, page: number): Box {
  if (!calls.FPDF_GetPageBoundingBox(page, scratch)) {
    return { left: -Infinity, right: Infinity, bottom: -Infinity, top: Infinity };
  }
  const [left, top, right, bottom] = heap.HEAPF32.subarray(scratch >> 2, (scratch >> 2) + 4) as unknown as Four;
  return { left, right, bottom, top };
}

type Four = [number, number, number, number];

/** What the glyphs of one drawing operation share. */
interface Style {
  readonly object: number;
  readonly drawn: Drawn;
  readonly angle: number;
  readonly direction: Direction;
  readonly size: number;
  readonly font: number;
}

type Open = { -readonly [Key in keyof Glyph]: Glyph[Key] };

function readGlyphs(
  pdfium: Pdfium,
  page: number,
  drawn: ReadonlyMap<number, Drawn>,
  seen: Box,
): Omit<PdfiumPage, 'comments'> {
  const { calls, glyphCalls, heap, scratch } = pdfium;
  const glyphs: Open[] = [];
  const open = new Map<Stated, Open>();
  const count = calls.FPDFText_CountChars(page);
  let style: Style | undefined;
  let unseen = 0;
  let [lastX, lastY] = [Number.NaN, Number.NaN];
  for (let at = 0; at < count; at++) {
    // Blanks that PDFium sees between glyphs; those that the eye sees are found with all of a row in view.
    const object = glyphCalls.FPDFText_GetTextObject(page, at);
    if (object === 0 || glyphCalls.FPDFText_IsGenerated(page, at) === 1) continue;
    if (style === undefined || style.object !== object) style = styleOf(pdfium, page, at, object, drawn, style);
    if (style.drawn.isHidden) {
      unseen++;
      continue;
    }
    glyphCalls.FPDFText_GetCharOrigin(page, at, scratch, scratch + 8);
    const x = heap.HEAPF64[scratch >> 3]!;
    const y = heap.HEAPF64[(scratch + 8) >> 3]!;
    glyphCalls.FPDFText_GetLooseCharBox(page, at, scratch);
    const { HEAPF32 } = heap;
    const box = scratch >> 2;
    const [left, top, right, bottom] = [HEAPF32[box]!, HEAPF32[box + 1]!, HEAPF32[box + 2]!, HEAPF32[box + 3]!];
    const unicode = glyphCalls.FPDFText_GetUnicode(page, at);
    // A blank that takes no place is another that PDFium sees.
    if (unicode === BLANK && left === right) continue;
    if (right < seen.left || left > seen.right || top < seen.bottom || bottom > seen.top) {
      unseen++;
      continue;
    }
    const placed =
      style.direction === OBLIQUE
        ? alongAngle(style, x, y)
        : alongAxes(style.direction, x, y, { left, right, bottom, top });
    const { size, direction, font } = style;
    const { stated, run, mark, isArtifact, isFilledIn } = style.drawn;
    if (stated !== null) {
      const glyph = open.get(stated);
      if (glyph === undefined) {
        const text = stated.text;
        const added = { text, ...placed, size, direction, font, run, mark, isArtifact, isFilledIn, isNamed: true };
        glyphs.push(added);
        open.set(stated, added);
      } else if (Math.abs(glyph.baseline - placed.baseline) < glyph.size * 0.5) widen(glyph, placed);
      lastX = Number.NaN;
      continue;
    }
    // PDFium gives hyphens at line ends as a control character.
    const text = glyphCalls.FPDFText_IsHyphen(page, at) === 1 ? '-' : codePointText(unicode);
    const before = glyphs.at(-1);
    if (x === lastX && y === lastY && before?.run === run && !isJoinerApart(before, text, placed)) {
      // Letters of one glyph.
      before.text += text;
      widen(before, placed);
      continue;
    }
    [lastX, lastY] = [x, y];
    const isNamed = glyphCalls.FPDFText_HasUnicodeMapError(page, at) !== 1;
    glyphs.push({ text, ...placed, size, direction, font, run, mark, isArtifact, isFilledIn, isNamed });
  }
  const stated = new Set(open.values());
  for (const [object, own] of drawn) {
    if (own.stated === null || own.isHidden || open.has(own.stated)) continue;
    const glyph = silentGlyph(pdfium, object, own, own.stated);
    if (glyph === null) continue;
    glyphs.push(glyph);
    open.set(own.stated, glyph);
    stated.add(glyph);
  }
  return { glyphs: finish(glyphs, stated), unseen };
}

const BLANK = 0x20;

/** @param stated those whose text the file states */
function finish(glyphs: Open[], stated: ReadonlySet<Open>): Glyph[] {
  // PDFium orders what it takes for one line by place; the order of drawing tells columns apart.
  glyphs.sort((a, b) => a.run - b.run);
  const turned = turnedFonts(glyphs);
  for (const [at, glyph] of glyphs.entries()) {
    const next = glyphs[at + 1];
    // The box of a slanted glyph says nothing of its width; the next glyph does.
    if (glyph.direction === OBLIQUE && next !== undefined && isBeside(glyph, next)) glyph.right = next.left;
    const isStated = stated.has(glyph);
    glyph.text = toLetters(
      isStated ? glyph.text.replace(/\s+/g, ' ') : inLetterOrder(glyph.text, turned.has(glyph.font)),
    );
  }
  return glyphs.filter(({ text }) => text !== '');
}

/** In one drawing operation, or close enough to be letters of one word. */
function isBeside(glyph: Open, next: Open): boolean {
  if (next.direction !== glyph.direction || next.left < glyph.left) return false;
  if (next.run === glyph.run) return true;
  return Math.abs(next.baseline - glyph.baseline) < glyph.size * 0.1 && next.left - glyph.left < glyph.size * 0.9;
}

const TEXT = 1;

/** PDFium leaves out glyphs without ink (joiners), whose text may be stated all the same. */
function silentGlyph({ calls, heap, scratch }: Pdfium, object: number, drawn: Drawn, stated: Stated): Open | null {
  if (calls.FPDFPageObj_GetType(object) !== TEXT || drawn.isInForm || stated.text === '') return null;
  if (!calls.FPDFPageObj_GetBounds(object, scratch, scratch + 4, scratch + 8, scratch + 12)) return null;
  const at = scratch >> 2;
  const [left, bottom, right, top] = heap.HEAPF32.subarray(at, at + 4) as unknown as Four;
  if (!calls.FPDFPageObj_GetMatrix(object, scratch) || !calls.FPDFTextObj_GetFontSize(object, scratch + 24))
    return null;
  const [a, b, c, d, x, y, fontSize] = heap.HEAPF32.subarray(at, at + 7) as unknown as [
    ...Four,
    number,
    number,
    number,
  ];
  const direction = directionOf(Math.atan2(b, a));
  if (direction === OBLIQUE) return null;
  const { run, mark, isArtifact, isFilledIn } = drawn;
  return {
    text: stated.text,
    ...alongAxes(direction, x, y, { left, right, bottom, top }),
    size: fontSize * Math.hypot(c, d),
    direction,
    font: calls.FPDFTextObj_GetFont(object),
    run,
    mark,
    isArtifact,
    isFilledIn,
    isNamed: true,
  };
}

const UNKNOWN = { mark: null, isArtifact: false, isFilledIn: false, isInForm: false, isHidden: false, stated: null };

function styleOf(
  pdfium: Pdfium,
  page: number,
  at: number,
  object: number,
  drawn: ReadonlyMap<number, Drawn>,
  before: Style | undefined,
): Style {
  const { calls, heap, scratch } = pdfium;
  let [a, b, c, d] = [1, 0, 0, 1];
  if (calls.FPDFText_GetMatrix(page, at, scratch)) {
    const floats = heap.HEAPF32.subarray(scratch >> 2, (scratch >> 2) + 4);
    [a, b, c, d] = floats as unknown as Four;
  }
  const angle = Math.atan2(b, a);
  const own = drawn.get(object) ?? { ...UNKNOWN, run: before?.drawn.run ?? 0 };
  return {
    object,
    drawn: own,
    angle,
    direction: directionOf(angle),
    size: calls.FPDFText_GetFontSize(page, at) * Math.hypot(c, d),
    font: object === 0 ? 0 : calls.FPDFTextObj_GetFont(object),
  };
}

function alongAngle({ angle, size }: Style, x: number, y: number): ReturnType<typeof alongAxes> {
  const left = x * Math.cos(angle) + y * Math.sin(angle);
  const baseline = y * Math.cos(angle) - x * Math.sin(angle);
  return { left, right: left + size * 0.5, baseline, low: baseline, high: baseline + size };
}

/** Joiners have no width: one that is a glyph of its own is set down where the letter before it is, which the box shows. */
const isJoinerApart = (before: Open, text: string, placed: ReturnType<typeof alongAxes>): boolean =>
  (JOINER.test(text) || JOINER.test(before.text)) && (before.left !== placed.left || before.right !== placed.right);

const JOINER = /^[\u200c\u200d]$/;

function widen(glyph: Open, placed: ReturnType<typeof alongAxes>): void {
  glyph.left = Math.min(glyph.left, placed.left);
  glyph.right = Math.max(glyph.right, placed.right);
  glyph.low = Math.min(glyph.low, placed.low);
  glyph.high = Math.max(glyph.high, placed.high);
}

/** Surrogates come one by one and meet in the text of their glyph. */
const codePointText = (unicode: number): string =>
  unicode === 0 || unicode > 0x10ffff
    ? '\ufffd'
    : unicode < 0x10000
      ? String.fromCharCode(unicode)
      : String.fromCodePoint(unicode);
