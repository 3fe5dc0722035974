import type { Format } from '../format.js';
import { mainPart } from './docx-package.js';

export const DOCX = {
  name: 'docx',
  extensions: new Set(['docx']),
  version: 3,
  isTrusted: false,
  source: 'bytes',
  recognize(file) {
    const entries = file.zipEntries();
    if (entries === null) return this.extensions.has(file.extension) ? 'name' : null;
    if (mainPart(file.bytes, entries) === null) return null;
    return entries.some(({ encrypted }) => encrypted)
      ? { reason: 'encrypted', detail: 'a Word document in an encrypted zip file' }
      : 'content';
  },
  load: async () => (await import('./read-docx.js')).readDocx,
} as const satisfies Format;
