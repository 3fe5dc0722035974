/**
 * pdf-parse opens the file, set up for text only: no rendering, no fetching, pdf.js's own CMaps and standard fonts, its
 * errors as reasons. Its `getText` drops where words stand on the page and how they are tagged, so the opened document of
 * its pdf.js is handed on.
 */
import { createRequire } from 'node:module';
import path from 'node:path';
import type { PDFDocumentProxy } from 'pdfjs-dist';
import { Refused } from '../refused.js';

// pdf.js builds a matrix for rendering when it is loaded. Text needs none, so the native canvas package may be absent.
for (const name of ['DOMMatrix', 'ImageData', 'Path2D']) {
  if (!(name in globalThis)) Object.defineProperty(globalThis, name, { value: class {}, configurable: true });
}
turnClustersRound();
const { PDFParse, VerbosityLevel } = await import('pdf-parse');

const ASSETS = path.dirname(createRequire(import.meta.url).resolve('pdfjs-dist/package.json'));

/** pdf-parse declares its loader private; `getInfo` and `getText` begin with the same call. */
interface OpenedBy {
  load(): Promise<PDFDocumentProxy>;
}

export async function loadPdf(bytes: Uint8Array): Promise<PDFDocumentProxy> {
  const parser = new PDFParse({
    data: bytes,
    cMapUrl: `${path.join(ASSETS, 'cmaps')}/`,
    cMapPacked: true,
    standardFontDataUrl: `${path.join(ASSETS, 'standard_fonts')}/`,
    verbosity: VerbosityLevel.ERRORS,
    isEvalSupported: false,
    disableFontFace: true,
    useSystemFonts: false,
    enableXfa: false,
  });
  try {
    return await (parser as unknown as OpenedBy).load();
  } catch (error) {
    const { name, message } = error as Error;
    if (name === 'PasswordException') throw new Refused('encrypted', 'a PDF that opens with a password only');
    throw new Refused('malformed', `no PDF that can be opened: ${message.replace(/\s+/g, ' ')}`);
  }
}

/**
 * pdf.js turns right-to-left text round character by character. Where a font maps one glyph to several letters (lam-alef,
 * whole syllables), their order would be lost, so these come turned round already. pdf.js builds such mappings with
 * `String.fromCodePoint`; this process parses documents and does nothing else.
 */
function turnClustersRound(): void {
  const fromCodePoint = String.fromCodePoint;
  String.fromCodePoint = (...codePoints: number[]): string => {
    const text = fromCodePoint(...codePoints);
    return codePoints.length === 1 ? text : text.replace(/[\u0590-\u08ff]{2,}/g, (run) => [...run].reverse().join(''));
  };
}
