import type { Unread } from '@glot/glot';
import { printable } from './printable.js';

/** A line each where the encoder does not read the query or most of the index. */
export function unreadLines(unread: Unread | null): string {
  if (unread === null) return '';
  const languages = unread.languages.map((lang) => printable(lang)).join(', ');
  const lines = [
    ...(unread.query ? ['the model does not read the language of this query: found by its words alone'] : []),
    ...(languages ? [`the model does not read most of this index (${languages}): it is found by words alone`] : []),
  ];
  return lines.map((line) => `${line}\n`).join('');
}
