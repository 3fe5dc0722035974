import { type ConvertedWeights, convertedFolder } from '@glot/checkpoints';
import { withCheckpoint } from './encoder-checkpoint.js';
import type { OpenEncoderOptions } from './open-encoder.js';
import { TokenLayout } from './token-layout.js';
import { loadRunner, runnerOptions } from './trunk-runner.js';

export interface ConvertEncoderOptions extends Pick<OpenEncoderOptions, 'precision' | 'threads'> {
  /** Default: beside the pulled models, where `openEncoder` looks. */
  readonly folder?: string;
  readonly signal?: AbortSignal;
}

/**
 * Converts an encoder once, so that it opens quickly from then on, and loads it as a check.
 * @param model as `OpenEncoderOptions.model`
 * @returns the weights that are kept
 * @throws GlotError as `openEncoder`; `lfm2.conversion` where weights cannot be kept, `aborted`
 */
export async function convertEncoder(model: string, options: ConvertEncoderOptions = {}): Promise<ConvertedWeights[]> {
  const { folder: cacheFolder = convertedFolder(), signal, ...opening } = options;
  return withCheckpoint(model, async ({ folder }, settings) => {
    await TokenLayout.load(folder, settings);
    const kept: ConvertedWeights[] = [];
    const runner = await loadRunner(runnerOptions(folder, settings, { ...opening, cacheFolder }), {
      onConverted: (weights) => kept.push(weights),
      ...(signal !== undefined && { signal }),
    });
    await runner.dispose();
    return kept;
  });
}
