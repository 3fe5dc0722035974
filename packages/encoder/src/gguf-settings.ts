import { dirname } from 'node:path';
import { GgufFile } from '@glot/checkpoints';
import { parseConfig } from '@glot/lfm2';
import { type ColbertSettings, type Projection, PYLATE_CONVENTIONS, type TextSettings } from './colbert-settings.js';
import { hasTextSettings, noProjection, readTextSettings } from './settings.js';

/** The tensors that GGUF files call dense_2. */
const PROJECTION = '1_Dense.linear';

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
 *   beside it; `lfm2.not-found`, `lfm2.gguf`, `lfm2.dtype`, `lfm2.unsupported`
 */
export async function readGgufSettings(path: string): Promise<ColbertSettings> {
  const projection = await readProjection(path);
  const text = (await assumesTextSettings(path)) ? LFM2_COLBERT_SETTINGS : await readTextSettings(dirname(path));
  return { ...text, projection };
}

/** Whether `readGgufSettings` takes the settings of LFM2-ColBERT. */
export async function assumesTextSettings(path: string): Promise<boolean> {
  return !(await hasTextSettings(dirname(path)));
}

/** @throws GlotError `lfm2.not-found`, `lfm2.gguf`, `lfm2.dtype`, `lfm2.unsupported` */
export async function hasProjection(path: string): Promise<boolean> {
  const file = await GgufFile.open(path);
  const found = file.describe(`${PROJECTION}.weight`);
  await file.close();
  return found !== undefined;
}

async function readProjection(path: string): Promise<Projection> {
  const file = await GgufFile.open(path);
  try {
    const shape = file.describe(`${PROJECTION}.weight`)?.shape;
    if (shape?.length !== 2 || shape.includes(0)) throw noProjection(path, withoutProjection(file));
    const [outputs, inputs] = shape as [number, number];
    return { path, name: PROJECTION, inputs, outputs, bias: file.describe(`${PROJECTION}.bias`) !== undefined };
  } finally {
    await file.close();
  }
}

function withoutProjection(file: GgufFile): string {
  const lacks = 'it lacks the projection to token vectors (tensor dense_2.weight)';
  return parseConfig(file.configJson(), file.path).attention === 'causal'
    ? `${lacks}; it is a model that writes text, to be named with --generator`
    : `${lacks}; it is an encoder that makes one vector of a whole text`;
}
