/**
 * Models on this machine: pulling, checking, converting and opening them.
 * @module
 */
import { isGguf } from '@glot/checkpoints';
import { assumesTextSettings, LFM2_COLBERT_SETTINGS } from '@glot/encoder';

export {
  type ConvertedWeights,
  listModels,
  modelPath,
  type Precision,
  pullModel,
  resolveModel,
  verifyModel,
} from '@glot/checkpoints';
export { convertEncoder, type Encoder, type EncoderPrecision, isEncoder, openEncoder } from '@glot/encoder';
export { convertModel } from '@glot/lfm2';

/** How texts are laid out for an encoder whose file does not say so. Null where it says so. */
export async function assumedSettings(model: string): Promise<typeof LFM2_COLBERT_SETTINGS | null> {
  return isGguf(model) && (await assumesTextSettings(model)) ? LFM2_COLBERT_SETTINGS : null;
}
