import { RowCodec, type RowTable } from '@glot/kernels';
import * as z from 'zod';
import type { StorageProfile } from '../storage-profile.js';

/** How an index stored the rows that were exported: an index that is made of them stores them in the same bits again. */
export interface ExportedRows {
  readonly profile: StorageProfile;
  /** Null where rows were stored without one. */
  readonly table: RowTable | null;
}

const base64 = z.string().transform((text) => new Uint8Array(Buffer.from(text, 'base64')));
const floats = base64.refine((bytes) => bytes.length % 4 === 0).transform(({ buffer }) => new Float32Array(buffer));

/** Arrays in base64, floats of four bytes, little-endian. */
export const rowsSchema = z.object({
  profile: z.enum(['standard', 'compact']),
  table: z
    .object({ dim: z.number().int().positive(), axes: floats, bits: base64, levels: floats })
    .refine(isSound, 'contradicts itself')
    .nullable(),
});

export function rowsJson({ profile, table }: ExportedRows): string {
  const text = ({ buffer, byteOffset, byteLength }: Uint8Array | Float32Array) =>
    Buffer.from(buffer as ArrayBuffer, byteOffset, byteLength).toString('base64');
  const encoded = table && {
    dim: table.dim,
    axes: text(table.axes),
    bits: text(table.bits),
    levels: text(table.levels),
  };
  return `${JSON.stringify({ profile, table: encoded })}\n`;
}

function isSound(table: RowTable): boolean {
  try {
    return new RowCodec(table).dim === table.dim;
  } catch {
    return false;
  }
}
