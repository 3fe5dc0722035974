import { stat } from 'node:fs/promises';
import { resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { isGguf, ModelFiles, withModelFiles } from '@glot/checkpoints';
import { GlotError } from '@glot/errors';
import { Checkpoint, type Lfm2Config } from '@glot/lfm2';
import type { ColbertSettings } from './colbert-settings.js';
import { hasProjection, readGgufSettings } from './gguf-settings.js';
import { hasModules, readSettings } from './settings.js';

/** Folder of the model that comes with this package; the same from sources and from the build. */
export const EMBEDDED_MODEL = fileURLToPath(new URL('../models/glot-colbert-mini', import.meta.url));

/** The open files of a late-interaction model, found to fit each other. */
export interface EncoderCheckpoint {
  readonly files: ModelFiles;
  readonly checkpoint: Checkpoint;
  readonly settings: ColbertSettings;
}

/**
 * Opens the files of a model and checks that they fit each other. Who opens them closes them.
 * @param model a folder in PyLate's layout or a .gguf file; undefined: the embedded model
 * @throws GlotError `encoder.not-found`, `encoder.no-projection`, `encoder.settings`, `lfm2.*`
 */
export async function openEncoderCheckpoint(model: string | undefined): Promise<EncoderCheckpoint> {
  const path = resolve(model ?? EMBEDDED_MODEL);
  await checkKind(path);
  const files = await ModelFiles.open(path);
  try {
    const settings = await (files.isGguf ? readGgufSettings(files) : readSettings(files));
    const checkpoint = await Checkpoint.of(files);
    checkFit(settings, checkpoint.config, path);
    return { files, checkpoint, settings };
  } catch (error) {
    await files.close();
    throw error;
  }
}

/**
 * Whether a model is a late-interaction encoder, rather than one that writes text, by what it consists of.
 * @param path a folder or a .gguf file
 * @throws GlotError `lfm2.not-found`, `lfm2.gguf`, `lfm2.unsupported`, `lfm2.dtype`
 */
export async function isEncoder(path: string): Promise<boolean> {
  return withModelFiles(path, (files) => (files.isGguf ? hasProjection(files) : hasModules(files.json)));
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
