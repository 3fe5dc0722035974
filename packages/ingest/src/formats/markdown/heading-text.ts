/**
 * The words of a Markdown heading without markup and without the anchors of documentation generators.
 * @module
 */

const ANCHORS = [
  /[ \t]*\{[ \t]*[#.][^{}]*\}[ \t]*$/, // MkDocs, Pandoc: `Title { #id .class }`
  /[ \t]*\{\/\*.*?\*\/\}[ \t]*$/, // MDX: `Title {/*id*/}`
  /<a\b[^>]*>[ \t]*<\/a>/gi,
];

/** `[[Page]]`, `[[Page#Part]]`, `[[Page|what one reads]]`. */
const WIKI_LINK = /!?\[\[([^[\]|]+)(?:\|([^[\]]+))?\]\]/g;

export function headingText(source: string): string {
  let text = source;
  for (const anchor of ANCHORS) text = text.replace(anchor, '');
  const code: string[] = [];
  text = text.replace(/(`+)(.+?)\1(?!`)/g, (_, __, inner: string) => `\u0000${code.push(inner.trim()) - 1}\u0000`);
  text = text
    .replace(WIKI_LINK, (_, target: string, alias?: string) => alias ?? target.replace('#', ' › '))
    .replace(/!?\[([^[\]]*)\](?:\([^()]*(?:\([^()]*\)[^()]*)*\)|\[[^[\]]*\])/g, '$1')
    .replace(/<\/?[A-Za-z][^<>]*>/g, '')
    .replace(/(\*\*|__)(?=\S)(.+?)(?<=\S)\1/g, '$2')
    .replace(/\*(?=\S)(.+?)(?<=\S)\*/g, '$1')
    .replace(/(?<![\p{L}\p{N}])_(?=\S)(.+?)(?<=\S)_(?![\p{L}\p{N}])/gu, '$1')
    .replace(/~~(.+?)~~/g, '$1')
    .replace(/\\([!-/:-@[-`{-~])/g, '$1');
  // biome-ignore lint/suspicious/noControlCharactersInRegex: NUL marks the place of a code span, see above
  text = text.replace(/\u0000(\d+)\u0000/g, (_, index: string) => code[Number(index)] ?? '');
  return text.replace(/\s+/g, ' ').trim();
}
