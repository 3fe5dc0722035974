import { Checkpoint } from '../checkpoint.js';
import { Decoder, type DecoderOptions } from '../decoder/decoder.js';
import { resolveModel } from '../hub/index.js';
import { convertedFolder } from './converted-graph.js';

export interface ConvertOptions extends Pick<DecoderOptions, 'precision' | 'prefillPrecision'> {
  /** Default: beside the pulled models. */
  readonly folder?: string;
}

/**
 * Converts a causal model for decoding, so that it loads quickly from then on, and loads it once as a check.
 * @param nameOrPath a pulled name, a folder or a GGUF file
 * @returns the folder that keeps the weights
 * @throws GlotError `hub.*`, `lfm2.*`, `kernels.*`
 */
export async function convertModel(nameOrPath: string, options: ConvertOptions = {}): Promise<string> {
  const { folder = convertedFolder(), ...decoding } = options;
  const checkpoint = await Checkpoint.open(await resolveModel(nameOrPath));
  try {
    const decoder = await Decoder.load(checkpoint, { ...decoding, cacheFolder: folder });
    await decoder.dispose();
    return folder;
  } finally {
    await checkpoint.close();
  }
}
