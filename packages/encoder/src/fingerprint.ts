import { createHash, type Hash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { join } from 'node:path';
import { isGguf, type Precision } from '@glot/checkpoints';
import type { Checkpoint } from '@glot/lfm2';
import { type ColbertSettings, PYLATE_CONVENTIONS } from './colbert-settings.js';

/** Changes whenever the code would give other vectors for the same files. */
const ALGORITHM = 'glot-encoder-1';
/** The same of how weights are rounded. */
const ROUNDING = 2;

/**
 * Hex SHA-256 over all that vectors depend on: the algorithm, the settings as read, the tokenizer, the weights.
 * A precision other than f32 counts as well. The same files give the same fingerprint wherever they lie.
 */
export async function fingerprint(
  checkpoint: Checkpoint,
  settings: ColbertSettings,
  precision: Precision = 'f32',
): Promise<string> {
  const { folder, weightFiles } = checkpoint;
  const { eosTokenIds, ...facts } = checkpoint.config;
  // As configurations mostly write it: a list only where there are several.
  const config = { ...facts, eosTokenId: eosTokenIds.length > 1 ? eosTokenIds : (eosTokenIds[0] ?? null) };
  const { projection, ...rest } = settings;
  const { path, name, ...shape } = projection;
  // Settings that came after the first indexes count where they differ from what was always done.
  const conventions = Object.entries(PYLATE_CONVENTIONS) as [keyof ColbertSettings, unknown][];
  const usual = new Set(conventions.filter(([key, value]) => settings[key] === value).map(([key]) => key as string));
  const counted = Object.fromEntries(Object.entries(rest).filter(([key]) => !usual.has(key)));
  const hash = createHash('sha256');
  if (precision !== 'f32') hash.update(`${precision}, ${ROUNDING}`);
  hash.update(JSON.stringify([ALGORITHM, sorted(config), sorted(counted), sorted(shape)]));
  const files = isGguf(folder)
    ? weightFiles // the one file holds all
    : [join(folder, 'tokenizer.json'), join(folder, 'tokenizer_config.json'), ...weightFiles, path];
  for (const file of files) await addFile(hash, file);
  return hash.digest('hex');
}

// The hash of a file, not its bytes, so that the border between two files counts.
async function addFile(hash: Hash, path: string): Promise<void> {
  const inner = createHash('sha256');
  for await (const chunk of createReadStream(path, { highWaterMark: 1 << 20 })) inner.update(chunk);
  hash.update(inner.digest());
}

function sorted(record: Readonly<Record<string, unknown>>): [string, unknown][] {
  return Object.entries(record).sort(([a], [b]) => (a < b ? -1 : 1));
}
