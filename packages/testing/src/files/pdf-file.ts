/**
 * Small PDF files for tests: ASCII lines in Helvetica, `# ` for a large one, a form feed for a new page.
 * @module
 */

export interface PdfFileOptions {
  /** Replaces the content of the first page. */
  readonly content?: Uint8Array | undefined;
  readonly filter?: string | undefined;
  /** Dictionaries of annotations and form fields on the first page. */
  readonly annotations?: readonly string[] | undefined;
  /** Dictionary of the font, in place of Helvetica's. */
  readonly font?: string | undefined;
  /** Name of a layer that is switched off; content calls it `/L`. */
  readonly hiddenLayer?: string | undefined;
}

/** A font of which pdf.js keeps a width for each of two thousand million characters, until the engine aborts. */
export const ENDLESS_FONT =
  '<< /Type /Font /Subtype /Type0 /BaseFont /Endless /Encoding /Identity-H /DescendantFonts [<< /Type /Font ' +
  '/Subtype /CIDFontType2 /BaseFont /Endless /W [0 2000000000 500] /FontDescriptor << /Type /FontDescriptor ' +
  '/FontName /Endless /Flags 4 >> ' +
  '/CIDSystemInfo << /Registry (Adobe) /Ordering (Identity) /Supplement 0 >> >>] >>';

export function pdfOf(
  lines: readonly string[],
  { content, filter, annotations = [], font, hiddenLayer }: PdfFileOptions = {},
): Buffer {
  const pages: string[][] = [[]];
  for (const line of lines) {
    if (line === '\f') pages.push([]);
    else pages[pages.length - 1]!.push(line);
  }
  const layer = `<< /Type /OCG /Name (${hiddenLayer}) >>`;
  const layerNumber = 4 + pages.length * 2;
  const layers =
    hiddenLayer === undefined
      ? ''
      : ` /OCProperties << /OCGs [${layerNumber} 0 R] /D << /OFF [${layerNumber} 0 R] >> >>`;
  const properties = hiddenLayer === undefined ? '' : ` /Properties << /L ${layerNumber} 0 R >>`;
  const objects: (string | Buffer)[] = [
    `<< /Type /Catalog /Pages 2 0 R${layers} /AcroForm << /Fields [] /DR << /Font << /F 3 0 R >> >> >> >>`,
    `<< /Type /Pages /Count ${pages.length} /Kids [${pages.map((_, at) => `${4 + at * 2} 0 R`).join(' ')}] >>`,
    font ?? '<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>',
  ];
  for (const [at, page] of pages.entries()) {
    objects.push(
      `<< /Type /Page /Parent 2 0 R /MediaBox [0 0 600 800] /Contents ${5 + at * 2} 0 R${at === 0 && annotations.length > 0 ? ` /Annots [${annotations.join(' ')}]` : ''} /Resources << /Font << /F 3 0 R >>${properties} >> >>`,
    );
    const data = at === 0 && content !== undefined ? Buffer.from(content) : Buffer.from(pageContent(page));
    objects.push(
      Buffer.concat([
        Buffer.from(`<< /Length ${data.length}${filter === undefined ? '' : ` /Filter ${filter}`} >>\nstream\n`),
        data,
        Buffer.from('\nendstream'),
      ]),
    );
  }
  if (hiddenLayer !== undefined) objects.push(layer);
  return assemble(objects);
}

function pageContent(lines: readonly string[]): string {
  let y = 760;
  return lines
    .map((line) => {
      y -= 40;
      const isLarge = line.startsWith('# ');
      return `BT /F ${isLarge ? 20 : 10} Tf 72 ${y} Td (${isLarge ? line.slice(2) : line}) Tj ET`;
    })
    .join('\n');
}

function assemble(objects: readonly (string | Buffer)[]): Buffer {
  const parts: Buffer[] = [Buffer.from('%PDF-1.4\n')];
  const offsets: number[] = [];
  let length = parts[0]!.length;
  const push = (part: string | Buffer): void => {
    const bytes = Buffer.from(part);
    parts.push(bytes);
    length += bytes.length;
  };
  for (const [index, object] of objects.entries()) {
    offsets.push(length);
    push(`${index + 1} 0 obj\n`);
    push(object);
    push('\nendobj\n');
  }
  const start = length;
  push(`xref\n0 ${objects.length + 1}\n0000000000 65535 f \n`);
  for (const offset of offsets) push(`${String(offset).padStart(10, '0')} 00000 n \n`);
  push(`trailer\n<< /Size ${objects.length + 1} /Root 1 0 R >>\nstartxref\n${start}\n%%EOF\n`);
  return Buffer.concat(parts);
}
