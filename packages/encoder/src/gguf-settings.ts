import { dirname } from 'node:path';
import { JsonFiles, type ModelFiles } from '@glot/checkpoints';
import type { GlotError } from '@glot/errors';
import { parseConfig } from '@glot/lfm2';
import { type ColbertSettings, type Projection, PYLATE_CONVENTIONS, type TextSettings } from './colbert-settings.js';
import { hasTextSettings, noProjection, readTextSettings } from './settings.js';

/** Where the tensors go that GGUF files call dense_2. */
const PROJECTION = '1_Dense';

/**
 * How LFM2-ColBERT-350M and LFM2.5-ColBERT-350M lay texts out. The GGUF format has no place for it. A checkpoint with
 * other prefixes is refused, since these are not in its vocabulary.
 */
export const LFM2_COLBERT_SETTINGS: TextSettings = {
  queryPrefix: '[Q] ',
  documentPrefix: '[D] ',
  queryLength: 32,
  documentLength: 512,
  queryExpansion: true,
  attendToExpansion: false,
  skiplist: [...'!"#$%&\'()*+,-./:;<=>?@[\\]^_`{|}~'],
  lowerCase: false,
  ...PYLATE_CONVENTIONS,
};

/**
 * The settings of a GGUF file: of the weights, by its tensors; of texts, by the config_sentence_transformers.json
 * beside it, else those of LFM2-ColBERT.
 * @throws GlotError `encoder.no-projection` for other models; `encoder.settings` and `lfm2.json` for broken settings
 *   beside it
 */
export async function readGgufSettings(files: ModelFiles): Promise<ColbertSettings> {
  const projection = await readProjection(files);
  const text = (await hasTextSettings(files.json)) ? await readTextSettings(files.json) : LFM2_COLBERT_SETTINGS;
  return { ...text, projection };
}

/** Whether a GGUF file gets the settings of LFM2-ColBERT, since it has none beside it. */
export async function assumesTextSettings(path: string): Promise<boolean> {
  return !(await hasTextSettings(new JsonFiles(dirname(path))));
}

/** @throws GlotError as `ModelFiles.module` */
export async function hasProjection(files: ModelFiles): Promise<boolean> {
  const { file, prefix } = await files.module(PROJECTION);
  return file.describe(`${prefix}linear.weight`) !== undefined;
}

async function readProjection(files: ModelFiles): Promise<Projection> {
  const { file, prefix } = await files.module(PROJECTION);
  const shape = file.describe(`${prefix}linear.weight`)?.shape;
  if (shape?.length !== 2 || shape.includes(0)) throw await withoutProjection(files);
  const [outputs, inputs] = shape as [number, number];
  const bias = file.describe(`${prefix}linear.bias`) !== undefined;
  return { module: PROJECTION, inputs, outputs, bias };
}

async function withoutProjection(files: ModelFiles): Promise<GlotError> {
  const writesText = parseConfig(await files.config(), files.path).attention === 'causal';
  const isInstead = writesText ? 'a model that writes text' : 'an encoder that makes one vector of a whole text';
  const problem = `it lacks the projection to token vectors (tensor dense_2.weight), it is ${isInstead}`;
  return noProjection(files.path, problem, writesText);
}
