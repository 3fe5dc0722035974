import { type ConvertedWeights, convertedFolder, resolveModel } from '@glot/checkpoints';
import { Checkpoint } from '../checkpoint.js';
import { Decoder, type DecoderOptions } from '../decoder/decoder.js';

export interface ConvertOptions extends Pick<DecoderOptions, 'precision' | 'prefillPrecision' | 'signal'> {
  /** Default: beside the pulled models. */
  readonly folder?: string | undefined;
}

/**
 * Converts a causal model for decoding, so that it loads quickly from then on, and loads it once as a check.
 * @param nameOrPath a pulled name, a folder or a GGUF file
 * @returns the weights that are kept: for each step, and for prompts where these have weights of their own
 * @throws GlotError `hub.*`, `lfm2.*`, `kernels.*`, `AbortError`
 */
export async function convertModel(nameOrPath: string, options: ConvertOptions = {}): Promise<ConvertedWeights[]> {
  const { folder: cacheFolder = convertedFolder(), ...decoding } = options;
  const checkpoint = await Checkpoint.open(await resolveModel(nameOrPath));
  try {
    const kept = new Map<string, ConvertedWeights>();
    const onConverted = (weights: ConvertedWeights) => {
      // Those for prompts are asked for twice: made, and loaded.
      if (!kept.has(weights.folder)) kept.set(weights.folder, weights);
    };
    const decoder = await Decoder.load(checkpoint, { ...decoding, cacheFolder, onConverted });
    await decoder.dispose();
    return [...kept.values()];
  } finally {
    await checkpoint.close();
  }
}
