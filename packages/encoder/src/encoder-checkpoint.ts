import { stat } from 'node:fs/promises';
import { resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { isGguf } from '@glot/checkpoints';
import { GlotError } from '@glot/errors';
import { Checkpoint, type Lfm2Config } from '@glot/lfm2';
import type { ColbertSettings } from './colbert-settings.js';
import { hasProjection, readGgufSettings } from './gguf-settings.js';
import { hasModules, readSettings } from './settings.js';

/** Folder of the model that comes with this package; the same from sources and from the build. */
export const EMBEDDED_MODEL = fileURLToPath(new URL('../models/glot-colbert-mini', import.meta.url));

/**
 * Opens the files of a model, checks that they fit each other, and closes them after `use`.
 * @param model a folder in PyLate's layout or a .gguf file; undefined: the embedded model
 * @throws GlotError `encoder.not-found`, `encoder.no-projection`, `encoder.settings`, `lfm2.*`
 */
export async function withCheckpoint<T>(
  model: string | undefined,
  use: (checkpoint: Checkpoint, settings: ColbertSettings) => Promise<T>,
): Promise<T> {
  const path = resolve(model ?? EMBEDDED_MODEL);
  await checkKind(path);
  const settings = await (isGguf(path) ? readGgufSettings(path) : readSettings(path));
  const checkpoint = await Checkpoint.open(path);
  try {
    checkFit(settings, checkpoint.config, path);
    return await use(checkpoint, settings);
  } finally {
    await checkpoint.close();
  }
}

/**
 * Whether a model is a late-interaction encoder, rather than one that writes text, by what it consists of.
 * @param path a folder or a .gguf file
 * @throws GlotError `lfm2.not-found`, `lfm2.gguf`, `lfm2.unsupported`, `lfm2.dtype`
 */
export async function isEncoder(path: string): Promise<boolean> {
  return isGguf(path) ? hasProjection(path) : hasModules(path);
}

function checkFit(settings: ColbertSettings, config: Lfm2Config, path: string): void {
  const { queryLength, documentLength, projection } = settings;
  const refuse = (problem: string) => new GlotError('encoder.settings', `${path} contradicts itself: ${problem}`);
  if (Math.max(queryLength, documentLength) > config.maxPositions) {
    throw refuse(`texts of ${Math.max(queryLength, documentLength)} tokens, but positions for ${config.maxPositions}`);
  }
  if (projection.inputs !== config.hiddenSize) {
    throw refuse(`the projection takes ${projection.inputs} numbers, the hidden size is ${config.hiddenSize}`);
  }
}

async function checkKind(path: string): Promise<void> {
  const stats = await stat(path).catch(() => null);
  if (stats?.isDirectory() || (stats?.isFile() && isGguf(path))) return;
  const problem = stats === null ? 'there is no model at' : 'a model is a folder or a .gguf file, and neither is';
  throw new GlotError('encoder.not-found', `${problem} ${path}`, { details: { path } });
}
