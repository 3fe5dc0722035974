import type { Format } from '../format.js';
import { CODE, DATA } from '../text/format.js';
import { looksLikeHtml } from './html-head.js';

export const HTML = {
  name: 'html',
  extensions: new Set(['html', 'htm', 'xhtml', 'xht']),
  version: 2,
  isTrusted: false,
  source: 'text',
  isOwnText: false,
  recognize(file) {
    const { extension } = file;
    if (this.extensions.has(extension)) return 'content';
    // Data and programs hold whole pages and are none.
    if (DATA.has(extension) || CODE.has(extension)) return null;
    const decoded = file.decoded();
    return decoded !== null && looksLikeHtml(decoded.text) ? 'content' : null;
  },
  load: async () => (await import('./read-html.js')).readHtml,
} as const satisfies Format;
