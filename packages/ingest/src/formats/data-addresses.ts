/** Bytes of images and fonts that stand in a text as `data:` addresses (RFC 2397): noise to whoever searches. */
import type { Note } from '../notes.js';

const ADDRESS =
  /\bdata:([a-z]+\/[a-z0-9.+-]+)?(?:;[a-z0-9-]+(?:=[^;,\s"'()]{0,80})?)*,[a-z0-9+/=%_-]{64,}(?:\r?\n[ \t]*[a-z0-9+/=]{16,}(?=[\s"')>]))*/gi;

/** The text with their types alone; lines stay, so that line numbers are the file's. */
export function withoutDataAddresses(text: string): { readonly text: string; readonly notes: readonly Note[] } {
  if (!text.includes('data:')) return { text, notes: [] };
  let count = 0;
  let letters = 0;
  const rest = text.replace(ADDRESS, (address, type: string | undefined) => {
    count += 1;
    letters += address.length;
    return `data:${type ?? ''}${'\n'.repeat(address.split('\n').length - 1)}`;
  });
  const what = count === 1 ? 'image or file' : 'images or files';
  const detail = `${count} ${what} written into the text as data: addresses, ${letters} characters`;
  return { text: rest, notes: count === 0 ? [] : [{ kind: 'embedded-data', detail }] };
}
