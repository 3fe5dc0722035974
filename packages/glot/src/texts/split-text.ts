import type { SplitText, SplitTextOptions } from '@glot/ingest';

/** As `splitText` of the readers, whose code is brought in by the first call. */
export async function splitText(source: string, options?: SplitTextOptions): Promise<SplitText> {
  const readers = await import('@glot/ingest');
  return readers.splitText(source, options);
}
