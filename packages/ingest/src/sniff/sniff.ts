/** What a file really is: content first, name second. Opens no parser. */
import { type DecodedText, decodeText } from '../text/decode.js';
import type { SkipReason } from '../types.js';
import { CODE, DATA, extensionOf, HTML, MARKDOWN, PROSE, UNSUPPORTED } from './extensions.js';
import { declaredCharset, looksLikeHtml } from './html-head.js';
import { nameByMagic } from './magic.js';
import { sniffOffice } from './office.js';

export type Sniffed =
  | { readonly kind: 'pdf' | 'docx' }
  | { readonly kind: 'html' | 'markdown' | 'prose' | 'data' | 'code'; readonly decoded: DecodedText }
  | { readonly kind: 'skip'; readonly reason: SkipReason; readonly detail: string };

/** The verdict on files whose name says enough to leave them unopened. */
export function sniffName(path: string): Extract<Sniffed, { kind: 'skip' }> | undefined {
  const words = UNSUPPORTED.get(extensionOf(path));
  return words === undefined ? undefined : skip('unsupported-format', `${words} (by its name)`);
}

export function sniff(path: string, bytes: Uint8Array): Sniffed {
  const extension = extensionOf(path);
  if (bytes.every((byte) => byte === 0x20 || (byte >= 0x09 && byte <= 0x0d))) {
    return skip('empty', bytes.length === 0 ? 'the file is empty' : 'nothing but white space');
  }
  if (startsWithPdf(bytes, extension)) return { kind: 'pdf' };
  const office = sniffOffice(bytes, extension);
  if (office !== undefined) return office;
  const name = nameByMagic(bytes);
  if (name !== undefined) return skip('unsupported-format', `${name} (by its content)`);
  if (extension === 'docx') return skip('malformed', 'no Word document: the zip structure is missing');
  const text = sniffText(bytes, extension);
  // Readers of PDF forgive a missing header, so the name is enough unless the content is plainly something else.
  return extension === 'pdf' && text.kind !== 'html' ? { kind: 'pdf' } : text;
}

/** The header may follow up to 1,024 bytes of something else, but only a name ending in .pdf makes that believable. */
function startsWithPdf(bytes: Uint8Array, extension: string): boolean {
  const head = new TextDecoder('latin1').decode(bytes.subarray(0, extension === 'pdf' ? 1_024 : 16));
  return extension === 'pdf' ? head.includes('%PDF-') : /^(?:\u00ef\u00bb\u00bf|\s)*%PDF-/.test(head);
}

function sniffText(bytes: Uint8Array, extension: string): Sniffed {
  const known = extension === '' || [MARKDOWN, HTML, PROSE, DATA, CODE].some((names) => names.has(extension));
  const decoded = decodeText(bytes, { declared: declaredCharset(bytes), guess: known });
  if (decoded === null) return skip('binary', describeBinary(bytes));
  if (decoded.text.trim() === '') return skip('empty', 'nothing but white space');
  if (HTML.has(extension)) return { kind: 'html', decoded };
  if (DATA.has(extension)) return { kind: 'data', decoded };
  if (CODE.has(extension)) return { kind: 'code', decoded };
  if (looksLikeHtml(decoded.text)) return { kind: 'html', decoded };
  return { kind: MARKDOWN.has(extension) ? 'markdown' : 'prose', decoded };
}

function describeBinary(bytes: Uint8Array): string {
  const zero = bytes.indexOf(0);
  return zero >= 0 ? `no text: a zero byte at offset ${zero}` : 'no text in any charset that can be decoded';
}

const skip = (reason: SkipReason, detail: string): Extract<Sniffed, { kind: 'skip' }> => ({
  kind: 'skip',
  reason,
  detail,
});
