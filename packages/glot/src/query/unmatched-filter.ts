/**
 * Why a filter leaves nothing to look at.
 * @module
 */
import { type DocumentEntry, documentMatches, type MultivectorIndex, type SearchFilter } from '@glot/index';

/** Documents whose front matter is looked at together. */
const AT_ONCE = 200;

/**
 * What of a filter no document of the index can match, in words; null where each part may.
 * @param filter as `meantFilter` gives it @param asked the same, as people wrote it
 */
export async function unmatchedPart(
  filter: SearchFilter,
  asked: SearchFilter,
  index: Pick<MultivectorIndex, 'list' | 'getMany'>,
): Promise<string | null> {
  const entries = await index.list();
  const none = (part: SearchFilter) => !entries.some((entry) => documentMatches(part, { ...entry, meta: {} }));
  const there = (name: (entry: DocumentEntry) => string) => [...new Set(entries.map(name))].sort().join(', ');
  const { path, languages, formats, modifiedFromMs, modifiedBeforeMs, meta = {} } = filter;
  if (languages && none({ languages })) {
    return `no document is in ${languages.join(', ')}; there are ${there(({ lang }) => lang ?? 'und')}`;
  }
  if (formats && none({ formats })) {
    return `no document is of format ${formats.join(', ')}; there are ${there(({ format }) => format)}`;
  }
  if (path !== undefined && none({ path })) return `no document lies at ${[asked.path ?? path].flat().join(', ')}`;
  if (modifiedFromMs !== undefined && none({ modifiedFromMs })) {
    return `no document was changed since ${dateOf(modifiedFromMs)}`;
  }
  if (modifiedBeforeMs !== undefined && none({ modifiedBeforeMs })) {
    return `no document was last changed before ${dateOf(modifiedBeforeMs)}`;
  }
  for (const [key, value] of Object.entries(meta)) {
    if (!(await anyWith(key, value, entries, index))) return `no document has ${key}=${value}`;
  }
  const { phrases: _, without: __, meta: ___, ...ofEntries } = filter;
  if (none(ofEntries)) return 'no document matches all of the filters';
  return ofWords(filter);
}

function ofWords({ phrases = [], without = [] }: SearchFilter): string | null {
  const told = [
    ...phrases.map((phrase) => `only passages with ${JSON.stringify(phrase)} were looked at`),
    ...without.map((word) => `passages with ${JSON.stringify(word)} were left out`),
  ];
  return told.length > 0 ? told.join(', ') : null;
}

async function anyWith(
  key: string,
  value: string,
  entries: readonly DocumentEntry[],
  index: Pick<MultivectorIndex, 'getMany'>,
): Promise<boolean> {
  for (let at = 0; at < entries.length; at += AT_ONCE) {
    const documents = await index.getMany(entries.slice(at, at + AT_ONCE).map(({ path }) => path));
    for (const { meta } of documents.values()) if (meta[key] === value) return true;
  }
  return false;
}

function dateOf(ms: number): string {
  return new Date(ms).toISOString().replace(/T00:00:00\.000Z$/u, '');
}
