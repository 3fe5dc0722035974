import type { Encoder } from '@glot/encoder';
import type { QueryReading } from '@glot/index';
import { unreadShare } from '@glot/text';

/** How an encoder reads a query; null where it cannot tell where its rows come from. No model runs. */
export function readingOf(encoder: Pick<Encoder, 'tokenOffsets'>, query: string): QueryReading | null {
  const tokenOffsets = encoder.tokenOffsets?.(query, 'query') ?? [];
  const unread = unreadShare(query, tokenOffsets);
  return unread === null ? null : { unread, tokenOffsets };
}
