import type { FormatReading } from '@glot/index';
import { versionOfFormat } from '@glot/ingest/formats';

/** By format: documents whose reader has changed since. What no reader of files brought, an import for one, is none. */
export function readEarlier(readings: readonly FormatReading[]): { format: string; documents: number }[] {
  const counts = new Map<string, number>();
  for (const { format, version, documents } of readings) {
    const current = versionOfFormat(format);
    if (current !== undefined && version !== current) counts.set(format, (counts.get(format) ?? 0) + documents);
  }
  return Array.from(counts, ([format, documents]) => ({ format, documents }));
}
