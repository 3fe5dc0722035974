import { type ConvertedWeights, convertedFolder } from '@glot/checkpoints';
import { openEncoderCheckpoint } from './encoder-checkpoint.js';
import type { OpenEncoderOptions } from './open-encoder.js';
import { TokenLayout } from './token-layout.js';
import { loadRunner, runnerOptions } from './trunk-runner.js';

export interface ConvertEncoderOptions extends Pick<OpenEncoderOptions, 'precision' | 'threads'> {
  /** Default: beside the pulled models, where `openEncoder` looks. */
  readonly folder?: string | undefined;
  readonly signal?: AbortSignal | undefined;
}

/**
 * Converts an encoder once, so that it opens quickly from then on, and loads it as a check.
 * @param model as `OpenEncoderOptions.model`
 * @returns the weights that are kept
 * @throws GlotError as `openEncoder`; `lfm2.conversion` where weights cannot be kept, `AbortError`
 */
export async function convertEncoder(model: string, options: ConvertEncoderOptions = {}): Promise<ConvertedWeights[]> {
  const { folder: cacheFolder = convertedFolder(), signal, ...opening } = options;
  const { files, settings } = await openEncoderCheckpoint(model);
  try {
    await TokenLayout.load(files, settings);
    const kept: ConvertedWeights[] = [];
    const conversion = {
      onConverted: (weights: ConvertedWeights) => kept.push(weights),
      signal,
    };
    const load = runnerOptions(files.path, settings, { ...opening, cacheFolder });
    await (await loadRunner(load, conversion, files)).dispose();
    return kept;
  } finally {
    await files.close();
  }
}
