import { join } from 'node:path';
import type { JsonFiles, ModelFiles } from '@glot/checkpoints';
import { GlotError } from '@glot/errors';
import * as z from 'zod';
import type { ColbertSettings, Projection, TextSettings } from './colbert-settings.js';
import { readPylateSettings } from './pylate-settings.js';
import { readSentenceTransformersSettings } from './sentence-transformers-settings.js';
import {
  invalidSettings,
  MODULES,
  type ModuleEntry,
  readModules,
  readSettingsFile,
  SETTINGS,
} from './settings-files.js';

/** Tells the two layouts apart: PyLate writes ColBERT here. */
const KindFile = z.looseObject({ model_type: z.string().nullish() });

const DenseFile = z.object({
  in_features: z.number().int().positive(),
  out_features: z.number().int().positive(),
  bias: z.boolean(),
  activation_function: z.string().endsWith('Identity'),
  use_residual: z.literal(false).optional(),
});

/**
 * Reads the settings of a folder in the layout of PyLate or of sentence-transformers 6 (MultiVectorEncoder).
 * @throws GlotError `encoder.settings`; `encoder.no-projection` for other models; `lfm2.not-found` and `lfm2.json` for
 *   files that are missing or broken
 */
export async function readSettings({ path, json }: ModelFiles): Promise<ColbertSettings> {
  if (!(await hasModules(json))) {
    throw noProjection(path, `it lacks ${MODULES}, which PyLate and sentence-transformers save with such a checkpoint`);
  }
  return { ...(await readTextSettings(json)), projection: await readProjection(json) };
}

/** Whether a folder lists its parts as sentence-transformers does. */
export function hasModules(files: JsonFiles): Promise<boolean> {
  return files.has(MODULES);
}

/** Whether a folder holds settings as `readTextSettings` reads them. */
export function hasTextSettings(files: JsonFiles): Promise<boolean> {
  return files.has(SETTINGS);
}

/** @throws GlotError `encoder.settings`, `lfm2.not-found`, `lfm2.json` */
export async function readTextSettings(files: JsonFiles): Promise<TextSettings> {
  return (await isMultiVectorEncoder(files)) ? readSentenceTransformersSettings(files) : readPylateSettings(files);
}

/** A model that is no late-interaction encoder. */
export function noProjection(path: string, problem: string, writesText = false): GlotError {
  return new GlotError('encoder.no-projection', `${path} is no late-interaction encoder: ${problem}`, {
    details: { path, writesText },
  });
}

async function isMultiVectorEncoder(files: JsonFiles): Promise<boolean> {
  const { model_type: type } = await readSettingsFile(files, SETTINGS, KindFile);
  return type === 'MultiVectorEncoder';
}

async function readProjection(files: JsonFiles): Promise<Projection> {
  const [trunk, dense, ...more] = await readModules(files);
  const transformer = trunk?.path === '' && trunk.type.endsWith('Transformer');
  if (!transformer || !isModule(dense, 'Dense')) {
    throw invalidSettings(
      join(files.folder, MODULES),
      'it must list a Transformer in the folder itself, then one Dense module',
    );
  }
  if (await isMultiVectorEncoder(files)) {
    const known = more.every((module) => isModule(module, 'MultiVectorMask') || isModule(module, 'Normalize'));
    if (!known || !more.some((module) => isModule(module, 'Normalize'))) {
      const problem =
        'behind the Dense module must stand Normalize, with or without a MultiVectorMask, and nothing else';
      throw invalidSettings(join(files.folder, MODULES), problem);
    }
  } else if (more.length > 0) {
    throw invalidSettings(join(files.folder, MODULES), 'it must list nothing behind the Dense module');
  }
  const file = await readSettingsFile(files, join(dense.path, 'config.json'), DenseFile);
  return {
    module: dense.path,
    inputs: file.in_features,
    outputs: file.out_features,
    bias: file.bias,
  };
}

/** Its path is a folder of the checkpoint, and leads to no other place. */
function isModule(module: ModuleEntry | undefined, name: string): module is ModuleEntry {
  return module !== undefined && module.type.split('.').at(-1) === name && /^\w+$/.test(module.path);
}
