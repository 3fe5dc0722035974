import { basename, parse } from 'node:path';
import { isGguf } from '@glot/checkpoints';
import type { Checkpoint } from '@glot/lfm2';
import { ColbertEncoder } from './colbert-encoder.js';
import type { ColbertSettings } from './colbert-settings.js';
import { withCheckpoint } from './encoder-checkpoint.js';
import { fingerprint } from './fingerprint.js';
import { TokenLayout } from './token-layout.js';
import { loadRunner, type RunnerOptions, runnerOptions, type TrunkRunner } from './trunk-runner.js';
import type { Encoder, EncoderDescription, EncoderPrecision } from './types.js';
import { canUseWorker, startWorkerRunner } from './worker-runner.js';

export interface OpenEncoderOptions {
  /** A folder in PyLate's layout or a .gguf file of a ColBERT model; default: the embedded model. */
  readonly model?: string;
  /** Threads of one operator; default: all logical cores up to 4, half of them beyond. */
  readonly threads?: number;
  /**
   * How the weights are held; default: f32. `int8` is twice as fast at large shapes. Vectors of two precisions are never
   * mixed in one index: their fingerprints differ.
   */
  readonly precision?: EncoderPrecision;
  /**
   * Folder that keeps converted weights, so that the next opening is quick. Default: what `convertEncoder` made is used
   * where it is there, and nothing is written.
   */
  readonly cacheFolder?: string;
  /**
   * Whether the model runs in a worker thread, so that the caller's event loop stays free while it does.
   * Default: yes, but from uncompiled sources, which a worker cannot load.
   */
  readonly worker?: boolean;
}

/** Work of one run: about 50 ms on two cores, so that progress, timers and Ctrl-C stay alive. */
const BATCH_FLOPS = 5e9;
const MAX_BATCH_TOKENS = 8192;

/**
 * Opens a late-interaction encoder.
 * @throws GlotError `encoder.not-found`, `encoder.no-projection`, `encoder.settings`, `encoder.tokenizer`, `lfm2.*`,
 *   `kernels.*`
 * @example
 * const encoder = await openEncoder();
 * const { data, offsets, dim } = await encoder.encodeQueries(['wie alt ist das Universum?']);
 * await encoder.dispose();
 */
export async function openEncoder(options: OpenEncoderOptions = {}): Promise<Encoder> {
  return withCheckpoint(options.model, async (checkpoint, settings) => {
    const { folder } = checkpoint;
    const load = runnerOptions(folder, settings, options);
    // The model loads while the tokenizer is read and the files are hashed.
    const loading = startRunner(options, load);
    const [layout, identity, runner] = await Promise.all([
      TokenLayout.load(folder, settings),
      fingerprint(checkpoint, settings, load.precision),
      loading,
    ]).catch(async (error: unknown) => {
      await loading.then(
        (runner) => runner.dispose(),
        () => {},
      );
      throw error;
    });
    return new ColbertEncoder({
      ...description(checkpoint, settings, identity, load.precision),
      layout,
      runner,
      batchTokens: Math.min(MAX_BATCH_TOKENS, Math.floor(BATCH_FLOPS / flopsPerToken(checkpoint))),
    });
  });
}

/**
 * What an encoder would say of itself; its files are read and hashed, the model is not loaded.
 * @throws GlotError as `openEncoder`
 */
export function describeEncoder(
  options: Pick<OpenEncoderOptions, 'model' | 'precision'> = {},
): Promise<EncoderDescription> {
  return withCheckpoint(options.model, async (checkpoint, settings) =>
    description(checkpoint, settings, await fingerprint(checkpoint, settings, options.precision), options.precision),
  );
}

function description(
  checkpoint: Checkpoint,
  settings: ColbertSettings,
  fingerprint: string,
  precision: EncoderPrecision = 'f32',
) {
  return {
    name: isGguf(checkpoint.folder) ? parse(checkpoint.folder).name : basename(checkpoint.folder),
    fingerprint,
    dim: settings.projection.outputs,
    documentLength: settings.documentLength,
    precision,
  } satisfies EncoderDescription;
}

function startRunner({ worker }: OpenEncoderOptions, load: RunnerOptions): Promise<TrunkRunner> {
  return (worker ?? canUseWorker()) ? startWorkerRunner(load) : loadRunner(load);
}

// Two operations per weight of the layers; attention itself adds little at these lengths.
function flopsPerToken(checkpoint: Checkpoint): number {
  const { hiddenSize, layers } = checkpoint.config;
  const inner = checkpoint.shape('layers.0.feed_forward.w1.weight')[0] ?? hiddenSize;
  return 2 * layers.length * hiddenSize * (3 * inner + 4 * hiddenSize);
}
