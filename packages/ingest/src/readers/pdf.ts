import type { Extraction } from '../extraction.js';
import { Refused } from './refused.js';

export async function readPdf(_bytes: Uint8Array): Promise<Extraction> {
  throw new Refused('unsupported-format', 'not read yet');
}
