/**
 * Traditional characters as simplified ones, by OpenCC's tables: one page may be written in either.
 * @module
 */
import { createRequire } from 'node:module';

const HAN = /\p{Script=Han}/u;

interface OpenCc {
  Converter(locales: { from: 't'; to: 'cn' }): (text: string) => string;
}

const require = createRequire(import.meta.url);
let convert: ((text: string) => string) | undefined;

export function simplified(word: string): string {
  if (!HAN.test(word)) return word;
  convert ??= (require('opencc-js/t2cn') as OpenCc).Converter({ from: 't', to: 'cn' });
  return convert(word);
}
