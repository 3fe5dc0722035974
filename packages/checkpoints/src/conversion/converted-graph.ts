import { createHash, randomUUID } from 'node:crypto';
import { mkdir, open, readdir, readFile, rename, rm, stat } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { GlotError, isGlotError, throwIfAborted } from '@glot/errors';
import { type Graph, GraphBuilder, int8Sign } from '@glot/kernels';
import * as z from 'zod';
import { hubSettings } from '../hub/settings.js';
import type { Precision } from '../precision.js';
import type { TensorFile } from '../weights.js';
import { WeightsFile } from './weights-file.js';

/** To be raised whenever graphs or the forms of weights change. */
const CONVERTER_VERSION = 5;

const MODEL = 'model.onnx';
const WEIGHTS = 'weights.bin';
const MANIFEST = 'manifest.json';
const Manifest = z.object({ key: z.string(), modelSha256: z.string(), weightsBytes: z.number() });

/** Where `convertModel` keeps weights: beside the pulled models. */
export function convertedFolder(): string {
  return join(dirname(hubSettings({}).folder), 'converted');
}

/** Converted weights that are kept. */
export interface ConvertedWeights {
  readonly precision: Precision;
  readonly folder: string;
  readonly bytes: number;
  /** False where they lay there already. */
  readonly made: boolean;
}

export interface ConversionOptions {
  /**
   * Folder that keeps converted weights, so that the next load is quick. Default: what `glot models convert` made is
   * used where it is there, and nothing is written.
   */
  readonly cacheFolder?: string | undefined;
  /** Told of weights that were made or found in `cacheFolder`. */
  readonly onConverted?: ((weights: ConvertedWeights) => void) | undefined;
  /** Ends a conversion between two tensors; nothing of it is left. */
  readonly signal?: AbortSignal | undefined;
}

/** What tells the checkpoint of a graph from others. */
export interface ConvertedCheckpoint {
  /** As read, defaults included. */
  readonly config: unknown;
  readonly weightFiles: readonly TensorFile[];
}

/** A graph that a checkpoint is converted to. */
export interface Conversion {
  readonly precision: Precision;
  /** All else that the graph depends on, besides the checkpoint. Equal facts must mean equal graphs. */
  readonly facts: Readonly<Record<string, unknown>>;
  build(graph: GraphBuilder): Promise<Graph>;
}

/**
 * A graph of a checkpoint: from the cache where it lies there whole, else built, and kept where a cache folder is
 * given. Conversion goes tensor by tensor. A cache that was cut off or changed in size is made again.
 * @throws GlotError `lfm2.tensor`, `lfm2.dtype`, `lfm2.unsupported`; `lfm2.conversion` where weights cannot be kept;
 *   `AbortError`
 */
export async function convertedGraph(
  checkpoint: ConvertedCheckpoint,
  conversion: Conversion,
  options: ConversionOptions = {},
): Promise<Graph> {
  const { cacheFolder, onConverted, signal } = options;
  throwIfAborted(signal);
  const key = await conversionKey(checkpoint, conversion);
  const kept = resolve(cacheFolder ?? convertedFolder());
  const folder = join(kept, key);
  const cached = await cachedGraph(folder, key);
  const made = cached === null;
  if (made && cacheFolder === undefined) return conversion.build(new GraphBuilder());
  if (made) await keep(conversion, kept, key, signal).catch(rethrow(kept));
  const graph = cached ?? (await cachedGraph(folder, key));
  if (graph === null) return conversion.build(new GraphBuilder());
  if (cacheFolder !== undefined) {
    onConverted?.({ precision: conversion.precision, folder, bytes: graph.bytes, made });
  }
  return graph;
}

async function keep(conversion: Conversion, kept: string, key: string, signal: AbortSignal | undefined): Promise<void> {
  const folder = join(kept, key);
  const temporary = `${folder}.${process.pid}.${randomUUID().slice(0, 8)}.tmp`;
  await mkdir(temporary, { recursive: true });
  await removeLeftovers(kept, key);
  try {
    await convert(conversion, temporary, key, signal);
    await rm(folder, { recursive: true, force: true });
    // Where another process was faster, its folder is as good.
    await rename(temporary, folder).catch(async (error: unknown) => {
      if ((await cachedGraph(folder, key)) === null) throw error;
    });
  } finally {
    await rm(temporary, { recursive: true, force: true });
  }
}

async function convert(conversion: Conversion, folder: string, key: string, signal: AbortSignal | undefined) {
  const weights = new WeightsFile(join(folder, WEIGHTS), WEIGHTS, signal);
  let graph: Graph;
  try {
    graph = await conversion.build(new GraphBuilder(weights));
  } finally {
    weights.close();
  }
  throwIfAborted(signal);
  await writeDurably(join(folder, MODEL), graph.model);
  const manifest = { key, modelSha256: sha256(graph.model), weightsBytes: weights.size };
  await writeDurably(join(folder, MANIFEST), Buffer.from(JSON.stringify(manifest)));
}

/** Removes what conversions left that were killed. */
async function removeLeftovers(kept: string, key: string): Promise<void> {
  for (const name of await readdir(kept)) {
    const [of, pid, ...more] = name.split('.');
    if (of !== key || more.at(-1) !== 'tmp' || isRunning(Number(pid))) continue;
    await rm(join(kept, name), { recursive: true, force: true });
  }
}

function isRunning(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch (error) {
    // The process of someone else may not be asked.
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}

/** Errors of the file system become one that says where. */
function rethrow(kept: string): (error: unknown) => never {
  return (error) => {
    if (isGlotError(error) || !(error instanceof Error && 'syscall' in error)) throw error;
    throw new GlotError('lfm2.conversion', `cannot keep converted weights in ${kept}: ${error.message}`, {
      cause: error,
      details: { folder: kept },
    });
  };
}

/** Null where there is none, or not a whole one. */
async function cachedGraph(folder: string, key: string): Promise<(Graph & { readonly bytes: number }) | null> {
  try {
    const manifest = Manifest.parse(JSON.parse(await readFile(join(folder, MANIFEST), 'utf8')));
    const model = await readFile(join(folder, MODEL));
    const { size } = await stat(join(folder, WEIGHTS));
    const whole = manifest.key === key && manifest.modelSha256 === sha256(model) && manifest.weightsBytes === size;
    return whole ? { model, externalData: [], folder, bytes: size + model.length } : null;
  } catch {
    return null;
  }
}

// Hashing all weights would take longer than loading them: size, time of change and the header, which names and
// places every tensor, tell checkpoints apart.
async function conversionKey(checkpoint: ConvertedCheckpoint, { precision, facts }: Conversion): Promise<string> {
  const hash = createHash('sha256');
  const sign = precision === 'int8' ? await int8Sign() : null;
  hash.update(JSON.stringify([CONVERTER_VERSION, checkpoint.config, precision, facts, sign]));
  for (const { path, file } of checkpoint.weightFiles) {
    const { size, mtimeMs, head } = await file.stamp();
    hash.update(JSON.stringify([resolve(path), size, mtimeMs])).update(head);
  }
  return `${precision}-${hash.digest('hex').slice(0, 32)}`;
}

async function writeDurably(path: string, bytes: Uint8Array): Promise<void> {
  const file = await open(path, 'wx');
  try {
    await file.writeFile(bytes);
    await file.sync();
  } finally {
    await file.close();
  }
}

function sha256(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex');
}
