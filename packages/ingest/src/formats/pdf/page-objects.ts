/**
 * Objects of a page and the marked content that they are in. Text that the file states for a stretch of marked content is
 * taken off the page on the way (see `marksOf`).
 */
import type { Pdfium } from './pdfium.js';
import { decodeTextString } from './text-string.js';

const FORM = 5;
const DEEPEST_FORM = 12;
const LONGEST_STATED_BYTES = 2 ** 16;

/** What the page says of one drawing operation. */
export interface Drawn {
  /** Its place in the order of drawing. */
  readonly run: number;
  readonly mark: string | null;
  readonly isArtifact: boolean;
  /** Of a form field or an annotation. */
  readonly isFilledIn: boolean;
  readonly isInForm: boolean;
  /** In a layer that is switched off (optional content: ISO 32000-1, 8.11). */
  readonly isHidden: boolean;
  readonly stated: Stated | null;
}

/** One for all objects of the same stretch. */
export interface Stated {
  readonly text: string;
}

type Place = Omit<Drawn, 'run'>;

/**
 * Objects of a page in the order they are drawn, those of forms where the form is.
 *
 * @param filledInFrom index of the first object that came from a form field or annotation
 */
export function drawnOn(
  pdfium: Pdfium,
  page: number,
  filledInFrom: number,
  hiddenLayers: ReadonlySet<string>,
): Map<number, Drawn> {
  const { calls } = pdfium;
  const drawn = new Map<number, Drawn>();
  const statedBy = new Map<number, Stated>();
  const visit = (object: number, above: Place, depth: number): void => {
    const own = marksOf(pdfium, object, above, statedBy, hiddenLayers);
    if (calls.FPDFPageObj_GetType(object) === FORM && depth < DEEPEST_FORM) {
      const count = calls.FPDFFormObj_CountObjects(object);
      for (let at = 0; at < count; at++) {
        visit(calls.FPDFFormObj_GetObject(object, at), { ...own, isInForm: true }, depth + 1);
      }
    } else drawn.set(object, { run: drawn.size, ...own });
  };
  const count = calls.FPDFPage_CountObjects(page);
  for (let at = 0; at < count; at++) {
    const isFilledIn = at >= filledInFrom;
    const none = { mark: null, isArtifact: false, isFilledIn, isInForm: false, isHidden: false, stated: null };
    visit(calls.FPDFPage_GetObject(page, at), none, 0);
  }
  return drawn;
}

/**
 * PDFium would put a stated text into its own text of the page only where the font lacks its letters, and spread it over
 * the glyphs. Taken off the page it leaves the glyphs as they are, with their places.
 */
function marksOf(
  pdfium: Pdfium,
  object: number,
  above: Place,
  statedBy: Map<number, Stated>,
  hiddenLayers: ReadonlySet<string>,
): Place {
  const { calls } = pdfium;
  let { mark, isArtifact, isHidden, stated } = above;
  const count = calls.FPDFPageObj_CountMarks(object);
  for (let at = 0; at < count; at++) {
    const handle = calls.FPDFPageObj_GetMark(object, at);
    if (handle === 0) continue;
    const name = nameOf(pdfium, handle);
    isArtifact ||= name === 'Artifact';
    isHidden ||=
      name === 'OC' && hiddenLayers.size > 0 && hiddenLayers.has(textParameter(pdfium, handle, 'Name') ?? '');
    let own = statedBy.get(handle);
    if (own === undefined) {
      const text = textParameter(pdfium, handle, 'ActualText');
      if (text !== undefined) {
        own = { text };
        statedBy.set(handle, own);
        calls.FPDFPageObjMark_RemoveParam(object, handle, 'ActualText');
      }
    }
    // The outermost speaks for all within it.
    stated ??= own ?? null;
  }
  const id = count === 0 ? -1 : calls.FPDFPageObj_GetMarkedContentID(object);
  if (id >= 0) mark = `mc${id}`;
  return { ...above, mark, isArtifact, isHidden, stated };
}

function nameOf({ calls, scratch }: Pdfium, mark: number): string {
  const length = scratch + 256;
  if (!calls.FPDFPageObjMark_GetName(mark, scratch, 256, length)) return '';
  return calls.pdfium.UTF16ToString(scratch);
}

function textParameter({ calls, heap, scratch }: Pdfium, mark: number, key: string): string | undefined {
  const { wasmExports } = calls.pdfium;
  if (!calls.FPDFPageObjMark_GetParamBlobValue(mark, key, 0, 0, scratch)) return undefined;
  const length = heap.HEAPU32[scratch >> 2]!;
  if (length === 0) return '';
  if (length > LONGEST_STATED_BYTES) return undefined;
  const address = wasmExports.malloc(length);
  calls.FPDFPageObjMark_GetParamBlobValue(mark, key, address, length, scratch);
  const text = decodeTextString(heap.HEAPU8.slice(address, address + length));
  wasmExports.free(address);
  return text;
}
