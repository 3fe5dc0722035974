import type { Extraction } from '../extraction.js';
import { Refused } from './refused.js';

export function readHtml(_text: string): Extraction {
  throw new Refused('unsupported-format', 'not read yet');
}
