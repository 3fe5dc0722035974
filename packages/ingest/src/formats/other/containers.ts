/** Zip and OLE containers that no format recognizes: named for the user. */
import type { Refusal } from '../../skip-reasons.js';
import type { ZipEntry } from '../../zip/zip.js';
import { startsWith } from './signatures.js';

const ZIP = [0x50, 0x4b, 0x03, 0x04];
const EMPTY_ZIP = [0x50, 0x4b, 0x05, 0x06];
const OLE = [0xd0, 0xcf, 0x11, 0xe0, 0xa1, 0xb1, 0x1a, 0xe1];

export const isZip = (bytes: Uint8Array): boolean => startsWith(bytes, ZIP) || startsWith(bytes, EMPTY_ZIP);

/**
 * Undefined when the bytes are no container of these kinds.
 * @param isNamed whether the name is that of a format which such a container could be
 */
export function refuseContainer(
  bytes: Uint8Array,
  entries: readonly ZipEntry[] | null,
  isNamed: boolean,
): Refusal | undefined {
  if (startsWith(bytes, OLE)) return refuseOle(bytes);
  if (!isZip(bytes)) return undefined;
  if (entries === null) {
    const detail = 'a zip file without a readable directory: cut short or damaged';
    return { reason: isNamed ? 'malformed' : 'unsupported-format', detail };
  }
  return { reason: 'unsupported-format', detail: `${describeZip(entries)} (by its content)` };
}

function describeZip(entries: readonly ZipEntry[]): string {
  const has = (prefix: string): boolean => entries.some(({ name }) => name.startsWith(prefix));
  if (has('xl/')) return 'a spreadsheet (.xlsx)';
  if (has('ppt/')) return 'a presentation (.pptx)';
  if (has('META-INF/container.xml')) return 'an e-book (.epub)';
  if (has('mimetype') && has('content.xml')) return 'an OpenDocument file';
  if (has('Index/') || has('Index.zip')) return 'an iWork document';
  return 'a zip archive';
}

/** Word, Excel, PowerPoint and Outlook files before 2007, and newer ones behind a password. */
function refuseOle(bytes: Uint8Array): Refusal {
  const wide = new TextDecoder('utf-16le');
  // Directory entries are 128 bytes, aligned to sectors: names stand at even offsets.
  const names = wide.decode(bytes.subarray(0, bytes.length - (bytes.length % 2)));
  if (names.includes('EncryptedPackage')) {
    return { reason: 'encrypted', detail: 'an Office document behind a password' };
  }
  const kind = names.includes('WordDocument')
    ? 'a Word document of the older kind (.doc)'
    : names.includes('Workbook') || names.includes('\u0000Book')
      ? 'a spreadsheet of the older kind (.xls)'
      : names.includes('PowerPoint Document')
        ? 'a presentation of the older kind (.ppt)'
        : names.includes('__substg1.0_')
          ? 'an Outlook mail (.msg)'
          : 'an OLE container';
  return { reason: 'unsupported-format', detail: `${kind} (by its content)` };
}
