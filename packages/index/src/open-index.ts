import { resolve } from 'node:path';
import { GlotError } from '@glot/errors';
import type { RowTable } from '@glot/kernels';
import { storageError } from './sqlite/file/storage-error.js';
import { FollowedIndex } from './sqlite/followed-index.js';
import { type IndexFile, openForReading, openForWriting } from './sqlite/opening/index-file.js';
import { SqliteIndex } from './sqlite/sqlite-index.js';
import type { StorageProfile } from './storage-profile.js';
import type { EncoderIdentity, MultivectorIndex } from './types.js';
import { checkEncoder } from './vector-checks.js';

export interface OpenIndexOptions {
  /** Path of the SQLite file. */
  readonly file: string;
  /** `write` makes the file and its folder where they are missing. One process writes, any number reads meanwhile. */
  readonly mode: 'read' | 'write';
  /** Needed to make an index; where there is one, it must be of this encoder. */
  readonly encoder?: EncoderIdentity | undefined;
  /**
   * How a new index stores vectors: `standard` (default) ranks as f32 does within .0034 nDCG@10 in every set measured, `compact` takes about
   * five sixths of the space. An index keeps its profile: asked for another, it is not opened.
   */
  readonly profile?: StorageProfile | undefined;
  /** In which bits a new index stores rows, where that was settled before; else the profile and the encoder say it. */
  readonly table?: RowTable | undefined;
  /** Threads of the compute kernels. */
  readonly threads?: number | undefined;
  /**
   * Memory for vectors; what does not fit is read from the file at each search. Searched by partitions, an index takes half of
   * it at most, for the passages that were scored lately. Default 512 MiB.
   */
  readonly memoryBytes?: number | undefined;
  /** Up to so many passages, after filters, every one of them is scored. Default 4000: about 20 ms on two cores. */
  readonly exhaustivePassages?: number | undefined;
}

const DEFAULT_MEMORY_BYTES = 512 * 2 ** 20;

/**
 * Opens the index in one SQLite file. Nothing that stands in the file is lost by an error.
 * @throws GlotError `index.not-found`, `index.foreign-encoder`, `index.profile`, `index.corrupt`, `index.version`, `index.busy`, `index.read-only`, `index.disk-full`, `index.cannot-open`
 * An index that is read follows its file: one that is put in its place is opened anew by the next call.
 * @example
 * const index = await openIndex({ file: '.glot/index.db', mode: 'write', encoder });
 * await index.upsert(document, vectors);
 * const hits = await index.search({ mode: 'hybrid', text: 'パンの発酵', vectors: queryVectors });
 * await index.close();
 */
export async function openIndex(options: OpenIndexOptions): Promise<MultivectorIndex> {
  const { mode, encoder, profile, threads, memoryBytes = DEFAULT_MEMORY_BYTES } = options;
  if (encoder && !(Number.isInteger(encoder.dim) && encoder.dim > 0)) {
    throw new GlotError('index.dimension', `an encoder cannot have ${encoder.dim} dimensions`);
  }
  const path = resolve(options.file);
  // better-sqlite3 trims file names and would open another file.
  if (path !== path.trim()) {
    throw new GlotError('index.cannot-open', `the name of an index file cannot end with a blank: "${options.file}"`);
  }
  const opened = (file: IndexFile) => {
    try {
      if (encoder) checkEncoder(path, file.encoder, encoder);
      if (profile && profile !== file.profile) throw otherProfile(path, file.profile, profile);
      const { exhaustivePassages } = options;
      return { file, index: new SqliteIndex(file, { threads, memoryBytes, exhaustivePassages }) };
    } catch (error) {
      closeQuietly(file);
      throw storageError(error, path);
    }
  };
  if (mode === 'write') return opened(openForWriting(path, encoder, profile, options.table)).index;
  return new FollowedIndex(() => opened(openForReading(path)));
}

function otherProfile(path: string, stored: StorageProfile, asked: StorageProfile): GlotError {
  return new GlotError(
    'index.profile',
    `the index ${path} stores its vectors as ${stored}, not as ${asked}, and keeps its form`,
    { details: { file: path, stored, asked } },
  );
}

// The error that made us give up is the one to tell.
function closeQuietly(file: IndexFile): void {
  try {
    file.close();
  } catch {}
}
