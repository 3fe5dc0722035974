import type { Hit } from '@glot/glot';
import { printable } from './printable.js';

const NOTES: Readonly<Record<NonNullable<Hit['onDisk']>, string>> = {
  gone: '(its file is gone since it was indexed)',
  changed: '(its file has changed since it was indexed)',
};

/** Stands behind a place; empty where the file is as it was. */
export const onDiskNote = (onDisk: Hit['onDisk']): string => (onDisk ? ` ${NOTES[onDisk]}` : '');

/** A line a file that is no longer as it was. */
export function onDiskLines(
  hits: readonly Pick<Hit, 'path' | 'onDisk'>[],
  displayPath: (path: string) => string,
): string {
  const noted = hits.filter(({ onDisk }) => onDisk !== undefined);
  const lines = noted.map(({ path, onDisk }) => `${printable(displayPath(path))}${onDiskNote(onDisk)}\n`);
  return [...new Set(lines)].join('');
}
