import { type ReadQuery, readQuery } from '@glot/glot';
import { queryText } from './options.js';
import { LITERAL, unshielded } from './query-words.js';

/** @throws GlotError `cli.empty-query` */
export function readWords(words: readonly string[]): ReadQuery & { readonly typed: string } {
  const literal = words.filter((word) => word.startsWith(LITERAL)).map((word) => word.slice(LITERAL.length));
  const signed = words.filter((word) => !word.startsWith(LITERAL)).map(unshielded);
  return { typed: queryText([...signed, ...literal]), ...readQuery(signed.join(' '), literal.join(' ')) };
}

/** What was left out, in a line. */
export function leftOutLine({ without }: ReadQuery): string {
  if (without.length === 0) return '';
  const words = without.map((word) => JSON.stringify(word)).join(', ');
  return `left out passages with ${words} (text that begins with a hyphen goes behind --)\n`;
}
