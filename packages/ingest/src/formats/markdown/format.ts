import type { Format } from '../format.js';

export const MARKDOWN = {
  name: 'markdown',
  extensions: new Set(['md', 'markdown', 'mdown', 'mkd', 'mkdn', 'mdx', 'qmd', 'rmd']),
  version: 2,
  isTrusted: true,
  source: 'text',
  isOwnText: true,
  recognize({ extension }) {
    return this.extensions.has(extension) ? 'name' : null;
  },
  load: async () => (await import('./read-markdown.js')).readMarkdown,
} as const satisfies Format;
