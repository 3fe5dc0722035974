import type { Format } from '../format.js';

export const PDF = {
  name: 'pdf',
  extensions: new Set(['pdf']),
  version: 3,
  isTrusted: false,
  source: 'bytes',
  /**
   * The header may follow up to 1,024 bytes of something else, but only a name ending in .pdf makes that believable; and
   * readers of PDF forgive a missing one.
   */
  recognize({ bytes, extension }) {
    const isNamed = this.extensions.has(extension);
    const head = new TextDecoder('latin1').decode(bytes.subarray(0, isNamed ? 1_024 : 16));
    if (isNamed ? head.includes('%PDF-') : /^(?:\u00ef\u00bb\u00bf|\s)*%PDF-/.test(head)) return 'content';
    return isNamed ? 'name' : null;
  },
  load: async () => (await import('./read-pdf.js')).readPdf,
} as const satisfies Format;
