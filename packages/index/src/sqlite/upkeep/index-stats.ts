import type { IndexStats } from '../../types.js';
import { checksumsOf } from '../file/checksums.js';
import { bytesOf } from '../file/file-size.js';
import { SkipStore } from '../ledger/skip-store.js';
import type { IndexFile } from '../opening/index-file.js';
import type { PartitionVersion } from '../partitions/partition-store.js';

/** Counts, from the small tables only. */
export function readStats({ db, path, encoder, format }: IndexFile, version: PartitionVersion | null): IndexStats {
  const totals = db
    .prepare('SELECT count(*), coalesce(sum(passages), 0), coalesce(sum(tokens), 0) FROM document')
    .raw()
    .get() as [documents: number, passages: number, tokens: number];
  const countBy = (column: string) =>
    Object.fromEntries(
      db.prepare(`SELECT ${column} AS name, count(*) FROM document GROUP BY name ORDER BY name`).raw().all() as [
        string,
        number,
      ][],
    );
  return {
    documents: totals[0],
    passages: totals[1],
    tokens: totals[2],
    skipped: new SkipStore(db).count(),
    fileBytes: bytesOf(path) + bytesOf(`${path}-wal`),
    encoder,
    languages: countBy("coalesce(lang, 'und')"),
    formats: countBy('format'),
    formatVersion: format,
    unchecked: checksumsOf(db)?.unsealed() ?? totals[0],
    partitions: version && {
      version: version.id,
      count: version.partitions,
      nprobe: version.nprobe,
      depth: version.depth,
    },
  };
}
