/** Bytes of images and fonts that stand in a text as `data:` addresses (RFC 2397): noise to whoever searches. */

const ADDRESS =
  /\bdata:([a-z]+\/[a-z0-9.+-]+)?(?:;[a-z0-9-]+(?:=[^;,\s"'()]{0,80})?)*,[a-z0-9+/=%_-]{64,}(?:\r?\n[ \t]*[a-z0-9+/=]{16,}(?=[\s"')>]))*/gi;

/** The text with their types alone; lines stay, so that line numbers are the file's. */
export function withoutDataAddresses(text: string): string {
  if (!text.includes('data:')) return text;
  return text.replace(ADDRESS, (address, type: string | undefined) => {
    return `data:${type ?? ''}${'\n'.repeat(address.split('\n').length - 1)}`;
  });
}
