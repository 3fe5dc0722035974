import { stat } from 'node:fs/promises';
import { basename, parse, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { GlotError } from '@glot/errors';
import { Checkpoint, isGguf, type Lfm2Config, type Precision, TextTokenizer } from '@glot/lfm2';
import { ColbertEncoder } from './colbert-encoder.js';
import { fingerprint } from './fingerprint.js';
import { readGgufSettings } from './gguf-settings.js';
import { type ColbertSettings, readSettings } from './settings.js';
import { TokenLayout } from './token-layout.js';
import { loadRunner, type RunnerOptions, type TrunkRunner } from './trunk-runner.js';
import type { Encoder, EncoderDescription } from './types.js';
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
  readonly precision?: Exclude<Precision, 'int4'>;
  /** Folder that keeps converted weights, so that the next opening is quick; default: none are kept. */
  readonly cacheFolder?: string;
  /**
   * Whether the model runs in a worker thread, so that the caller's event loop stays free while it does.
   * Default: yes, but from uncompiled sources, which a worker cannot load.
   */
  readonly worker?: boolean;
}

/** Folder of the model that comes with this package; the same from sources and from the build. */
export const EMBEDDED_MODEL = fileURLToPath(new URL('../models/glot-colbert-mini', import.meta.url));

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
  return withCheckpoint(options, async (checkpoint, settings) => {
    const { folder } = checkpoint;
    const precision = options.precision ?? 'f32';
    // The model loads while the tokenizer is read and the files are hashed.
    const loading = startRunner(options, {
      folder,
      projection: settings.projection,
      maxTokens: Math.max(settings.queryLength, settings.documentLength),
      threads: options.threads ?? null,
      precision,
      cacheFolder: options.cacheFolder ?? null,
    });
    const [layout, identity, runner] = await Promise.all([
      TextTokenizer.load(folder).then((tokenizer) => new TokenLayout(tokenizer, settings)),
      fingerprint(checkpoint, settings, precision),
      loading,
    ]).catch(async (error: unknown) => {
      await loading.then(
        (runner) => runner.dispose(),
        () => {},
      );
      throw error;
    });
    return new ColbertEncoder({
      ...description(checkpoint, settings, identity),
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
  return withCheckpoint(options, async (checkpoint, settings) =>
    description(checkpoint, settings, await fingerprint(checkpoint, settings, options.precision)),
  );
}

function description(checkpoint: Checkpoint, settings: ColbertSettings, fingerprint: string): EncoderDescription {
  return {
    name: isGguf(checkpoint.folder) ? parse(checkpoint.folder).name : basename(checkpoint.folder),
    fingerprint,
    dim: settings.projection.outputs,
    documentLength: settings.documentLength,
  };
}

/** Opens the model's files, checks that they fit each other, and closes them after `use`. */
async function withCheckpoint<T>(
  { model }: Pick<OpenEncoderOptions, 'model'>,
  use: (checkpoint: Checkpoint, settings: ColbertSettings) => Promise<T>,
): Promise<T> {
  const path = resolve(model ?? EMBEDDED_MODEL);
  await checkKind(path);
  const settings = await (isGguf(path) ? readGgufSettings(path) : readSettings(path));
  const checkpoint = await Checkpoint.open(path);
  try {
    checkFit(settings, checkpoint.config, path);
    return await use(checkpoint, settings);
  } finally {
    await checkpoint.close();
  }
}

function startRunner({ worker }: OpenEncoderOptions, load: RunnerOptions): Promise<TrunkRunner> {
  return (worker ?? canUseWorker()) ? startWorkerRunner(load) : loadRunner(load);
}

function checkFit(settings: ColbertSettings, config: Lfm2Config, path: string): void {
  const { queryLength, documentLength, projection } = settings;
  const refuse = (problem: string) => new GlotError('encoder.settings', `${path} contradicts itself: ${problem}`);
  if (Math.max(queryLength, documentLength) > config.maxPositions) {
    throw refuse(`texts of ${Math.max(queryLength, documentLength)} tokens, but positions for ${config.maxPositions}`);
  }
  if (projection.inputs !== config.hiddenSize) {
    throw refuse(`the projection takes ${projection.inputs} numbers, the hidden size is ${config.hiddenSize}`);
  }
}

// Two operations per weight of the layers; attention itself adds little at these lengths.
function flopsPerToken(checkpoint: Checkpoint): number {
  const { hiddenSize, layers } = checkpoint.config;
  const inner = checkpoint.shape('layers.0.feed_forward.w1.weight')[0] ?? hiddenSize;
  return 2 * layers.length * hiddenSize * (3 * inner + 4 * hiddenSize);
}

async function checkKind(path: string): Promise<void> {
  const stats = await stat(path).catch(() => null);
  if (stats?.isDirectory() || (stats?.isFile() && isGguf(path))) return;
  const problem = stats === null ? 'there is no model at' : 'a model is a folder or a .gguf file, and neither is';
  throw new GlotError('encoder.not-found', `${problem} ${path}`, { details: { path } });
}
