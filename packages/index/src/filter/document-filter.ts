import { GlotError } from '@glot/errors';
import type { DocumentInput, SearchFilter } from '../types.js';
import { phrasesOf } from '../words/phrases.js';
import { pathGlob } from './path-glob.js';

/** @throws GlotError `index.query` for a filter that cannot be meant */
export function checkFilter(filter: SearchFilter): void {
  for (const time of [filter.modifiedFromMs, filter.modifiedBeforeMs]) {
    if (time !== undefined && !Number.isFinite(time)) {
      throw new GlotError('index.query', `a filter by time needs milliseconds since 1970, not ${time}`);
    }
  }
  if (filter.path !== undefined) globOf(filter.path);
  phrasesOf(filter);
}

/** @throws GlotError `index.query` */
export function globOf(patterns: string | readonly string[]): (path: string) => boolean {
  const matchers = [patterns].flat().map((pattern) => {
    try {
      return pathGlob(pattern);
    } catch (cause) {
      throw new GlotError('index.query', `"${pattern}" is no path pattern; write one such as docs/**/*.md`, { cause });
    }
  });
  return (path) => matchers.some((matches) => matches(path));
}

/** Whether passages of this document may be found. */
export function documentMatches(
  filter: SearchFilter,
  document: Pick<DocumentInput, 'path' | 'lang' | 'format' | 'modifiedMs' | 'meta'>,
): boolean {
  const { path, languages, formats, modifiedFromMs, modifiedBeforeMs, meta } = filter;
  return (
    (path === undefined || globOf(path)(document.path)) &&
    (languages === undefined || languages.includes(document.lang ?? 'und')) &&
    (formats === undefined || formats.includes(document.format)) &&
    (modifiedFromMs === undefined || document.modifiedMs >= modifiedFromMs) &&
    (modifiedBeforeMs === undefined || document.modifiedMs < modifiedBeforeMs) &&
    Object.entries(meta ?? {}).every(([key, value]) => document.meta[key] === value)
  );
}
