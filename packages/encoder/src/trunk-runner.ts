import { type ConversionOptions, type ModelFiles, withModelFiles } from '@glot/checkpoints';
import { GlotError } from '@glot/errors';
import { Checkpoint, type TokenBatch, Trunk } from '@glot/lfm2';
import type { ColbertSettings, Projection } from './colbert-settings.js';
import { projectionHead } from './projection-head.js';
import type { EncoderPrecision } from './types.js';

/** Runs batches, here or in other threads. */
export interface TrunkRunner {
  /** Batches that it can run at the same time; default 1. */
  readonly lanes?: number;
  /** @returns [sequences x length x dim], rows of unit length */
  run(batch: TokenBatch): Promise<Float32Array>;
  dispose(): Promise<void>;
}

/** What a runner needs to load its model; plain data that crosses threads. */
export interface RunnerOptions {
  readonly folder: string;
  readonly projection: Projection;
  /** As `ColbertSettings.maskedConvolution`. */
  readonly maskedConvolution: boolean;
  /** Longest sequence. */
  readonly maxTokens: number;
  readonly threads: number | null;
  readonly precision: EncoderPrecision;
  /** Keeps converted weights; null: what `convertEncoder` made is used, and none are kept. */
  readonly cacheFolder: string | null;
}

export const ENCODER_PRECISIONS: readonly EncoderPrecision[] = ['f32', 'int8'];

export interface RunnerChoices {
  readonly threads?: number | undefined;
  /** Default: f32. */
  readonly precision?: EncoderPrecision | undefined;
  readonly cacheFolder?: string | undefined;
}

/** @throws GlotError `encoder.precision` for one that encoders don't have */
export function runnerOptions(folder: string, settings: ColbertSettings, choices: RunnerChoices): RunnerOptions {
  const { threads = null, precision = 'f32', cacheFolder = null } = choices;
  if (!ENCODER_PRECISIONS.includes(precision)) {
    const kinds = ENCODER_PRECISIONS.join(' or ');
    throw new GlotError('encoder.precision', `the weights of an encoder are held in ${kinds}, not in ${precision}`);
  }
  const maxTokens = Math.max(settings.queryLength, settings.documentLength);
  const { projection, maskedConvolution } = settings;
  return { folder, projection, maskedConvolution, maxTokens, threads, precision, cacheFolder };
}

/** Loads the model into the calling thread. @param source what is open of it, where something is */
export async function loadRunner(
  options: RunnerOptions,
  conversion: Pick<ConversionOptions, 'onConverted' | 'signal'> = {},
  source: string | ModelFiles = options.folder,
): Promise<TrunkRunner> {
  const { projection, maskedConvolution, maxTokens, threads, precision, cacheFolder } = options;
  return withModelFiles(source, async (files) => {
    const checkpoint = await Checkpoint.of(files);
    const head = await projectionHead(files, projection);
    return Trunk.load(checkpoint, {
      ...conversion,
      head,
      maskedConvolution,
      maxTokens,
      precision,
      ...(threads !== null && { threads }),
      ...(cacheFolder !== null && { cacheFolder }),
    });
  });
}
