/**
 * What is filled into a form and typed onto a page stands beside the page's own content. Drawn into it, it is read at its
 * place, as a reader sees it. Comments that pop up are not drawn.
 */
import { type Glyph, isBlank } from './glyph.js';
import type { Pdfium } from './pdfium.js';

/** Annotation subtypes of the `FPDF_ANNOT_` constants. */
const FREE_TEXT = 3;
const STAMP = 13;
const WIDGET = 20;
const SEEN: ReadonlySet<number> = new Set([FREE_TEXT, STAMP, WIDGET]);

/** Annotation flags (ISO 32000-1, 12.5.3): invisible, hidden, not viewed. */
const UNSEEN = 1 | 2 | 32;
const NORMAL_APPEARANCE = 0;
const NORMAL_DISPLAY = 0;
const FLATTENED = 1;

/** Of notes and of marks on text, in the order of the page. */
const COMMENTED: ReadonlySet<number> = new Set([1, 4, 5, 6, 7, 8, 9, 10, 11, 12, 14, 15]);
/** Hidden. */
const HIDDEN = 2;

export interface FilledIn {
  /** Whether the page was changed and has to be loaded again. */
  readonly isDrawn: boolean;
  readonly comments: readonly string[];
}

export function drawFilledIn(pdfium: Pdfium, page: number): FilledIn {
  const { calls } = pdfium;
  let seen = 0;
  const comments: string[] = [];
  for (let at = calls.FPDFPage_GetAnnotCount(page) - 1; at >= 0; at--) {
    const annotation = calls.FPDFPage_GetAnnot(page, at);
    if (annotation === 0) continue;
    const subtype = calls.FPDFAnnot_GetSubtype(annotation);
    const isSeen = SEEN.has(subtype) && (calls.FPDFAnnot_GetFlags(annotation) & UNSEEN) === 0;
    // Its length holds the zero that ends it.
    if (isSeen && calls.FPDFAnnot_GetAP(annotation, NORMAL_APPEARANCE, 0, 0) <= 2) {
      if (subtype === WIDGET) calls.EPDFAnnot_GenerateFormFieldAP(annotation);
      else calls.EPDFAnnot_GenerateAppearance(annotation);
    }
    if (COMMENTED.has(subtype) && (calls.FPDFAnnot_GetFlags(annotation) & HIDDEN) === 0) {
      comments.unshift(contentsOf(pdfium, annotation));
    }
    calls.FPDFPage_CloseAnnot(annotation);
    if (isSeen) seen++;
    else calls.FPDFPage_RemoveAnnot(page, at);
  }
  const isDrawn = seen > 0 && calls.FPDFPage_Flatten(page, NORMAL_DISPLAY) === FLATTENED;
  return { isDrawn, comments: comments.filter((text) => /[\p{L}\p{N}]/u.test(text)) };
}

const LONGEST_COMMENT_BYTES = 2 ** 16;

function contentsOf({ calls, heap }: Pdfium, annotation: number): string {
  const { wasmExports } = calls.pdfium;
  const length = calls.FPDFAnnot_GetStringValue(annotation, 'Contents', 0, 0);
  // The zero that ends it is two bytes.
  if (length <= 2 || length > LONGEST_COMMENT_BYTES) return '';
  const address = wasmExports.malloc(length);
  calls.FPDFAnnot_GetStringValue(annotation, 'Contents', address, length);
  const text = new TextDecoder('utf-16le').decode(heap.HEAPU8.slice(address, address + length - 2));
  wasmExports.free(address);
  return text.replace(/\s+/g, ' ').trim().normalize('NFC');
}

/** Puts what is filled in behind what stands left of it on its line, else behind the line above. */
export function besideLabels(glyphs: readonly Glyph[]): readonly Glyph[] {
  const from = glyphs.findIndex(({ isFilledIn }) => isFilledIn);
  if (from < 0) return glyphs;
  const own = glyphs.slice(0, from);
  const inked = own.filter((glyph) => !isBlank(glyph));
  const behind = new Map<Glyph, Glyph[]>();
  const unplaced: Glyph[] = [];
  let label: Glyph | undefined;
  let last: Glyph | undefined;
  for (const glyph of glyphs.slice(from)) {
    if (last === undefined || isElsewhere(last, glyph)) label = labelOf(glyph, inked);
    last = glyph;
    if (label === undefined) unplaced.push(glyph);
    else {
      const { mark, isArtifact } = label;
      behind.set(label, [...(behind.get(label) ?? []), { ...glyph, mark, isArtifact }]);
    }
  }
  return [...own.flatMap((glyph) => [glyph, ...(behind.get(glyph) ?? [])]), ...unplaced];
}

const isElsewhere = (last: Glyph, next: Glyph): boolean =>
  last.direction !== next.direction ||
  Math.abs(last.baseline - next.baseline) > next.size * 0.3 ||
  Math.max(next.left - last.right, last.left - next.right) > next.size * 2;

function labelOf(glyph: Glyph, inked: readonly Glyph[]): Glyph | undefined {
  let beside: Glyph | undefined;
  let above: Glyph | undefined;
  for (const other of inked) {
    if (other.direction !== glyph.direction) continue;
    const up = other.baseline - glyph.baseline;
    if (Math.abs(up) < Math.max(other.size, glyph.size) * 0.7) {
      if (other.left <= glyph.left && (beside === undefined || other.left >= beside.left)) beside = other;
    } else if (up > 0 && (above === undefined || other.baseline <= above.baseline)) above = other;
  }
  return beside ?? above;
}
