import { createHash } from 'node:crypto';
import type { ModelFiles, Precision } from '@glot/checkpoints';
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
  files: ModelFiles,
  checkpoint: Checkpoint,
  settings: ColbertSettings,
  precision: Precision = 'f32',
): Promise<string> {
  const { eosTokenIds, ...facts } = checkpoint.config;
  // As configurations mostly write it: a list only where there are several.
  const config = { ...facts, eosTokenId: eosTokenIds.length > 1 ? eosTokenIds : (eosTokenIds[0] ?? null) };
  const { projection, ...rest } = settings;
  const { module, ...shape } = projection;
  // Settings that came after the first indexes count where they differ from what was always done.
  const conventions = Object.entries(PYLATE_CONVENTIONS) as [keyof ColbertSettings, unknown][];
  const usual = new Set(conventions.filter(([key, value]) => settings[key] === value).map(([key]) => key as string));
  const counted = Object.fromEntries(Object.entries(rest).filter(([key]) => !usual.has(key)));
  const hash = createHash('sha256');
  if (precision !== 'f32') hash.update(`${precision}, ${ROUNDING}`);
  hash.update(JSON.stringify([ALGORITHM, sorted(config), sorted(counted), sorted(shape)]));
  // The hashes of files, not their bytes, so that the border between two counts.
  for (const file of await files.hashes([module])) hash.update(file);
  return hash.digest('hex');
}

function sorted(record: Readonly<Record<string, unknown>>): [string, unknown][] {
  return Object.entries(record).sort(([a], [b]) => (a < b ? -1 : 1));
}
