import { printable } from './printable.js';

/** Where a passage stands, as an editor or a reader can find it: `docs/a.md:12`, `report.pdf, page 3`. */
export function place(
  path: string,
  passage: { readonly page: number | null; readonly lines: { readonly first: number } | null },
): string {
  const name = printable(path);
  if (passage.page !== null) return `${name}, page ${passage.page}`;
  return passage.lines === null ? name : `${name}:${passage.lines.first}`;
}

/** A heading trail as one string; null where there is none. */
export function headingTrail(headings: readonly string[]): string | null {
  return headings.length === 0 ? null : headings.join(' › ');
}
