/** What was printed into a PDF, where its source is here: fixtures/printed and the printed files of the shared cases. */
import { existsSync, readFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';

/** Names of sources that differ from those of what was printed. */
const NAMES: Readonly<Record<string, string>> = {
  'ar-typst': 'rtl',
  'heading-writer': 'head-long',
  'hyphens-en-typst': 'hyph-en',
};

/** Null where the source is not known. */
export function printedSource(pdf: string): string | null {
  const folder = dirname(pdf);
  if (basename(folder) !== 'printed') return null;
  const whole = basename(pdf, '.pdf');
  const name = whole.replace(/-[a-z]+$/, '');
  const pages = join(folder, 'pages.json');
  if (existsSync(pages)) {
    const printed = JSON.parse(readFileSync(pages, 'utf8')) as Record<string, { readonly pages: readonly string[] }>;
    return printed[name]?.pages.join('\n') ?? null;
  }
  const isTypst = whole.endsWith('-typst');
  const file = join(folder, '../../../sources', `${NAMES[whole] ?? name}.${isTypst ? 'typ' : 'html'}`);
  if (!existsSync(file)) return null;
  const source = readFileSync(file, 'utf8');
  return isTypst ? textOfTypst(source) : textOfHtml(source);
}

/** Inline tags part no words. */
const textOfHtml = (source: string): string =>
  source
    .replace(/<head>.*?<\/head>/s, '')
    .replace(/<\/?(?:b|i|em|span|a|ruby|rb)\b[^>]*>/g, '')
    .replace(/<[^>]*>/g, ' ')
    .replaceAll('&shy;', '')
    .replace(/&(?:amp|nbsp|lt|gt);/g, ' ');

/** The few things that the sources use: rules, headings, notes, tables, escapes. */
const textOfTypst = (source: string): string =>
  source
    .replace(/^#set .*$/gm, '')
    .replace(/^=+ /gm, '')
    .replace(/#\w+(?:\([^[\]]*)?|[[\]()]/g, ' ')
    .replaceAll('\\', '');
