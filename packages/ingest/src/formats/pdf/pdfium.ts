/**
 * PDFium as WebAssembly: it names glyphs one by one, with their place, and the marked content that they are in, which
 * pdf.js does not. One instance for the documents of a thread, until one of them breaks it or makes it grow.
 */
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { init, type WrappedPdfiumModule } from '@embedpdf/pdfium';

/** A grown memory never shrinks again. */
const MOST_KEPT_BYTES = 96 * 2 ** 20;
const SCRATCH_BYTES = 4096;

/** The memory that PDFium works in; its views are made anew when it grows. */
interface Heap {
  readonly HEAPU8: Uint8Array;
  readonly HEAPU32: Uint32Array;
  readonly HEAPF32: Float32Array;
  readonly HEAPF64: Float64Array;
}

/** Calls made for each glyph, without the wrapping of the others, which takes longer than they do. */
export interface GlyphCalls {
  FPDFText_IsGenerated(page: number, at: number): number;
  FPDFText_GetTextObject(page: number, at: number): number;
  FPDFText_GetCharOrigin(page: number, at: number, x: number, y: number): number;
  FPDFText_GetLooseCharBox(page: number, at: number, box: number): number;
  FPDFText_GetUnicode(page: number, at: number): number;
  FPDFText_IsHyphen(page: number, at: number): number;
  FPDFText_HasUnicodeMapError(page: number, at: number): number;
}

export interface Pdfium {
  readonly calls: WrappedPdfiumModule;
  readonly glyphCalls: GlyphCalls;
  readonly heap: Heap;
  /** Address of `SCRATCH_BYTES` for what calls write. */
  readonly scratch: number;
}

export interface PdfiumDocument {
  readonly pdfium: Pdfium;
  readonly handle: number;
  /** Names of layers that are switched off when the file is opened. */
  hiddenLayers: ReadonlySet<string>;
  close(): void;
}

/** What is used of the standard object, whose types come with a browser's. */
interface Compiler {
  readonly Module: new (bytes: Uint8Array) => object;
  readonly Instance: new (module: object, imports: object) => { readonly exports: object };
}

const { WebAssembly } = globalThis as unknown as { readonly WebAssembly: Compiler };

let compiled: object | undefined;
let idle: Pdfium | undefined;

/** Null where PDFium cannot open the file. */
export async function openPdfium(bytes: Uint8Array): Promise<PdfiumDocument | null> {
  const pdfium = idle ?? (await start());
  idle = undefined;
  const { calls, heap } = pdfium;
  const { wasmExports } = calls.pdfium;
  try {
    const address = wasmExports.malloc(bytes.length);
    if (address === 0) return null;
    heap.HEAPU8.set(bytes, address);
    const handle = calls.FPDF_LoadMemDocument(address, bytes.length, '');
    const giveBack = (): void => {
      wasmExports.free(address);
      if (heap.HEAPU8.length <= MOST_KEPT_BYTES) idle = pdfium;
    };
    if (handle === 0) {
      giveBack();
      return null;
    }
    return {
      pdfium,
      handle,
      hiddenLayers: new Set(),
      close() {
        try {
          calls.FPDF_CloseDocument(handle);
          giveBack();
        } catch {
          // An instance that broke is not used again.
        }
      },
    };
  } catch {
    return null;
  }
}

async function start(): Promise<Pdfium> {
  compiled ??= new WebAssembly.Module(
    readFileSync(createRequire(import.meta.url).resolve('@embedpdf/pdfium/pdfium.wasm')),
  );
  const module = compiled;
  const calls = await init({
    print: () => {},
    printErr: () => {},
    instantiateWasm(imports: object, onSuccess: (instance: object) => void) {
      const instance = new WebAssembly.Instance(module, imports);
      onSuccess(instance);
      return instance.exports;
    },
  } as Parameters<typeof init>[0]);
  calls.PDFiumExt_Init();
  const heap = calls.pdfium as unknown as Heap;
  const glyphCalls = calls.pdfium.wasmExports as unknown as GlyphCalls;
  return { calls, glyphCalls, heap, scratch: calls.pdfium.wasmExports.malloc(SCRATCH_BYTES) };
}
