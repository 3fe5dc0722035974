/** A Word document as a package of parts (ECMA-376 part 2): which part is the text, under which names, with what limit. */
import { inflateEntry, type ZipEntry } from '../../zip/zip.js';
import { Refused } from '../refused.js';

/** Markup of a document of a thousand pages is about 20 MB; beyond this it is a bomb or nothing for one parser. */
const MAX_UNPACKED_BYTES = 128 * 2 ** 20;

/** Some writers part names by backslashes, and some begin them with a slash. */
export const partName = (name: string): string => name.replaceAll('\\', '/').replace(/^\/+/, '');

/** The parts that hold markup, unpacked once under a limit, since the sizes that a zip file states may be lies. */
export function markupParts(
  bytes: Uint8Array,
  entries: readonly ZipEntry[],
): { readonly parts: Map<string, Uint8Array>; readonly damaged: readonly string[] } {
  const parts = new Map<string, Uint8Array>();
  const damaged: string[] = [];
  let room = MAX_UNPACKED_BYTES;
  for (const entry of entries) {
    if (!/\.(?:xml|rels)$/i.test(entry.name)) continue;
    const unpacked = inflateEntry(bytes, entry, room);
    if (unpacked === 'too-large') {
      throw new Refused('too-large', `${entry.name} unpacks to more than ${MAX_UNPACKED_BYTES} bytes`);
    }
    if (unpacked === 'damaged') {
      damaged.push(partName(entry.name));
      continue;
    }
    room -= unpacked.byteLength;
    parts.set(partName(entry.name), unpacked);
  }
  return { parts, damaged };
}

const SMALL_PART_BYTES = 2 ** 20;

/** Name of the part that holds the text, by the relationships of the package; null where it is no Word document. */
export function mainPart(bytes: Uint8Array, entries: readonly ZipEntry[]): string | null {
  const names = new Set(entries.map(({ name }) => partName(name)));
  const read = (wanted: string): string => {
    const entry = entries.find(({ name }) => partName(name) === wanted);
    const part = entry === undefined ? 'damaged' : inflateEntry(bytes, entry, SMALL_PART_BYTES);
    return typeof part === 'string' ? '' : new TextDecoder().decode(part);
  };
  for (const [relationship] of read('_rels/.rels').matchAll(/<(?:\w+:)?Relationship\b[^>]*>/g)) {
    if (!/\bType\s*=\s*["'][^"']*\/officeDocument["']/.test(relationship)) continue;
    const target = partName(/\bTarget\s*=\s*["']([^"']*)["']/.exec(relationship)?.[1] ?? '').replace(/^\.\//, '');
    if (names.has(target) && (target.startsWith('word/') || isWord(read('[Content_Types].xml'), target))) return target;
  }
  return names.has('word/document.xml') ? 'word/document.xml' : null;
}

function isWord(types: string, part: string): boolean {
  for (const [override] of types.matchAll(/<(?:\w+:)?Override\b[^>]*>/g)) {
    if (override.includes(`"/${part}"`)) return /wordprocessingml|ms-word/.test(override);
  }
  return false;
}
