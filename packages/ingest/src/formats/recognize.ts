/** What a file really is: content first, name second. Opens no parser. */
import type { Refusal } from '../skip-reasons.js';
import { type DecodedText, decodeText } from '../text/decode.js';
import { type ZipEntry, zipEntries } from '../zip/zip.js';
import type { Candidate, Format, Recognition } from './format.js';
import { declaredCharset } from './html/html-head.js';
import { isZip, refuseContainer } from './other/containers.js';
import { extensionOf } from './other/names.js';
import { nameBySignature } from './other/signatures.js';
import { claims } from './refuse-by-name.js';
import { FORMATS } from './registry.js';

export interface Recognized {
  readonly format: Format;
  readonly file: Candidate;
}

const ALL: readonly Format[] = FORMATS;

export function recognize(path: string, bytes: Uint8Array): Recognized | Refusal {
  if (bytes.every((byte) => byte === 0x20 || (byte >= 0x09 && byte <= 0x0d))) {
    return { reason: 'empty', detail: bytes.length === 0 ? 'the file is empty' : 'nothing but white space' };
  }
  const file = candidate(extensionOf(path), bytes);
  const byName: Format[] = [];
  /** The first of the formats that is sure, or refuses. */
  const ask = (source: Format['source']): Recognized | Refusal | undefined => {
    for (const format of ALL) {
      if (format.source !== source) continue;
      const recognition: Recognition = format.recognize(file);
      if (recognition === 'content') return { format, file };
      if (recognition === 'name') byName.push(format);
      else if (recognition !== null) return recognition;
    }
    return undefined;
  };
  const sure = ask('bytes') ?? refuseOther(file) ?? ask('text');
  if (sure !== undefined) return withText(sure);
  const [format] = byName;
  return format === undefined ? { reason: 'binary', detail: describeBinary(bytes) } : withText({ format, file });
}

function refuseOther({ bytes, extension, zipEntries: entries }: Candidate): Refusal | undefined {
  const container = refuseContainer(bytes, entries(), claims(extension, 'bytes'));
  if (container !== undefined) return container;
  const name = nameBySignature(bytes);
  return name === undefined ? undefined : { reason: 'unsupported-format', detail: `${name} (by its content)` };
}

/** A format that is read from text has some. */
function withText(found: Recognized | Refusal): Recognized | Refusal {
  if ('reason' in found || found.format.source !== 'text') return found;
  const decoded = found.file.decoded();
  if (decoded === null) return { reason: 'binary', detail: describeBinary(found.file.bytes) };
  return decoded.text.trim() === '' ? { reason: 'empty', detail: 'nothing but white space' } : found;
}

function candidate(extension: string, bytes: Uint8Array): Candidate {
  let entries: readonly ZipEntry[] | null | undefined;
  let decoded: DecodedText | null | undefined;
  return {
    extension,
    bytes,
    zipEntries() {
      entries ??= isZip(bytes) ? zipEntries(bytes) : null;
      return entries;
    },
    decoded() {
      if (decoded === undefined) {
        const guess = extension === '' || claims(extension, 'text');
        decoded = decodeText(bytes, { declared: declaredCharset(bytes), guess });
      }
      return decoded;
    },
  };
}

function describeBinary(bytes: Uint8Array): string {
  const zero = bytes.indexOf(0);
  return zero >= 0 ? `no text: a zero byte at offset ${zero}` : 'no text in any charset that can be decoded';
}
