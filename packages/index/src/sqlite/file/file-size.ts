import { statSync } from 'node:fs';

/** Size of a file, 0 where there is none. Opens nothing: see the note on locks in `index-file.ts`. */
export function bytesOf(path: string): number {
  return statSync(path, { throwIfNoEntry: false })?.size ?? 0;
}
