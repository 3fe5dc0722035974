/** By UTF-8 bytes, as SQLite sorts; JavaScript's own order differs beyond the basic plane. */
export function byPath(a: { readonly path: string }, b: { readonly path: string }): number {
  return Buffer.compare(Buffer.from(a.path), Buffer.from(b.path));
}
