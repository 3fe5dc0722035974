import { basename, parse } from 'node:path';
import { threadCount } from '@glot/kernels';
import type { Checkpoint } from '@glot/lfm2';
import { ColbertEncoder } from './colbert-encoder.js';
import { type EncoderCheckpoint, openEncoderCheckpoint } from './encoder-checkpoint.js';
import { fingerprint } from './fingerprint.js';
import { readRowStatistics } from './row-statistics.js';
import { RunnerPool } from './runner-pool.js';
import { TokenLayout } from './token-layout.js';
import { loadRunner, type RunnerOptions, runnerOptions, type TrunkRunner } from './trunk-runner.js';
import type { Encoder, EncoderDescription, EncoderPrecision } from './types.js';
import { canUseWorker, startWorkerRunner } from './worker-runner.js';

export interface OpenEncoderOptions {
  /** A folder in PyLate's layout or a .gguf file of a ColBERT model; default: the embedded model. */
  readonly model?: string | undefined;
  /**
   * Default: all logical cores up to 4, half of them beyond. A small model runs so many batches side by side, for which
   * its operators would have to wait for each other all the time; each operator of a large one uses so many threads.
   */
  readonly threads?: number | undefined;
  /**
   * How the weights are held; default: f32. `int8` is twice as fast at large shapes. Vectors of two precisions are never
   * mixed in one index: their fingerprints differ.
   */
  readonly precision?: EncoderPrecision | undefined;
  /**
   * Folder that keeps converted weights, so that the next opening is quick. Default: what `convertEncoder` made is used
   * where it is there, and nothing is written.
   */
  readonly cacheFolder?: string | undefined;
  /**
   * Whether the model runs in a worker thread, so that the caller's event loop stays free while it does.
   * Default: yes, but from uncompiled sources, which a worker cannot load.
   */
  readonly worker?: boolean | undefined;
}

/** Models up to this size are held once for each thread. */
const SMALL_PARAMETERS = 3e7;

/** Work of one run: about 50 ms on two cores, so that progress, timers and Ctrl-C stay alive. */
const BATCH_FLOPS = 5e9;
const MAX_BATCH_TOKENS = 8192;

type Description = EncoderDescription & { readonly precision: EncoderPrecision };

/**
 * A late-interaction model whose files are open: tells what it is, and loads it. Each file is read once for both.
 * @example
 * const model = await EncoderModel.open({ model: 'LFM2-ColBERT-350M.gguf' });
 * const { fingerprint } = await model.describe();
 * const encoder = await model.load();
 * await model.close();
 */
export class EncoderModel {
  readonly #options: OpenEncoderOptions;
  readonly #opened: EncoderCheckpoint;
  #description: Promise<Description> | undefined;

  /** @throws GlotError as `openEncoder` */
  static async open(options: OpenEncoderOptions = {}): Promise<EncoderModel> {
    return new EncoderModel(options, await openEncoderCheckpoint(options.model));
  }

  private constructor(options: OpenEncoderOptions, opened: EncoderCheckpoint) {
    this.#options = options;
    this.#opened = opened;
  }

  /** What the encoder would say of itself; the files are read and hashed, the model is not loaded. */
  describe(): Promise<Description> {
    this.#description ??= this.#describe();
    return this.#description;
  }

  /** The encoder; it outlives `close`. @throws GlotError as `openEncoder` */
  async load(): Promise<Encoder> {
    const { files, checkpoint, settings } = this.#opened;
    const threads = threadCount(this.#options.threads);
    const isPooled = threads > 1 && this.#usesWorker && parameters(checkpoint) <= SMALL_PARAMETERS;
    const load = runnerOptions(files.path, settings, isPooled ? { ...this.#options, threads: 1 } : this.#options);
    // The model loads while the tokenizer is read and the files are hashed. A thread opens files of its own: handles do
    // not cross.
    const loading = this.#usesWorker ? startWorkerRunner(load) : loadRunner(load, {}, files);
    const [layout, description, runner] = await Promise.all([
      TokenLayout.load(files, settings),
      this.describe(),
      loading,
    ]).catch(async (error: unknown) => {
      await loading.then(
        (runner) => runner.dispose(),
        () => {},
      );
      throw error;
    });
    return new ColbertEncoder({
      ...description,
      layout,
      runner: isPooled ? new RunnerPool(runner, threads, () => startAnother(load, description.fingerprint)) : runner,
      batchTokens: Math.min(MAX_BATCH_TOKENS, Math.floor(BATCH_FLOPS / flopsPerToken(checkpoint))),
    });
  }

  /** Closes the files. */
  async close(): Promise<void> {
    await this.#opened.files.close();
  }

  async #describe(): Promise<Description> {
    const { files, checkpoint, settings } = this.#opened;
    const { precision = 'f32' } = this.#options;
    const rowStatistics = await readRowStatistics(files, settings.projection.outputs);
    return {
      name: files.isGguf ? parse(files.path).name : basename(files.path),
      fingerprint: await fingerprint(files, checkpoint, settings, precision),
      dim: settings.projection.outputs,
      documentLength: settings.documentLength,
      precision,
      ...(rowStatistics && { rowStatistics }),
    };
  }

  get #usesWorker(): boolean {
    return this.#options.worker ?? canUseWorker();
  }
}

/**
 * Opens a late-interaction encoder.
 * @throws GlotError `encoder.not-found`, `encoder.no-projection`, `encoder.settings`, `encoder.tokenizer`, `lfm2.*`,
 *   `kernels.*`
 * @example
 * const encoder = await openEncoder();
 * const { data, offsets, dim } = await encoder.encodeQueries(['wie alt ist das Universum?']);
 * await encoder.dispose();
 */
export function openEncoder(options: OpenEncoderOptions = {}): Promise<Encoder> {
  return withModel(options, (model) => model.load());
}

/**
 * What an encoder would say of itself; its files are read and hashed, the model is not loaded.
 * @throws GlotError as `openEncoder`
 */
export function describeEncoder(
  options: Pick<OpenEncoderOptions, 'model' | 'precision'> = {},
): Promise<EncoderDescription> {
  return withModel(options, (model) => model.describe());
}

async function withModel<T>(options: OpenEncoderOptions, use: (model: EncoderModel) => Promise<T>): Promise<T> {
  const model = await EncoderModel.open(options);
  try {
    return await use(model);
  } finally {
    await model.close();
  }
}

/** Null where other files lie there by now: vectors of two models must not be mixed. */
async function startAnother(load: RunnerOptions, fingerprint: string): Promise<TrunkRunner | null> {
  const runner = await startWorkerRunner(load);
  const now = await describeEncoder({ model: load.folder, precision: load.precision }).catch(() => null);
  if (now?.fingerprint === fingerprint) return runner;
  await runner.dispose();
  return null;
}

function parameters(checkpoint: Checkpoint): number {
  const { hiddenSize, vocabSize } = checkpoint.config;
  return vocabSize * hiddenSize + flopsPerToken(checkpoint) / 2;
}

// Two operations per weight of the layers; attention itself adds little at these lengths.
function flopsPerToken(checkpoint: Checkpoint): number {
  const { hiddenSize, layers } = checkpoint.config;
  const inner = checkpoint.shape('layers.0.feed_forward.w1.weight')[0] ?? hiddenSize;
  return 2 * layers.length * hiddenSize * (3 * inner + 4 * hiddenSize);
}
