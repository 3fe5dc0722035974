import { createHash } from 'node:crypto';
import { mkdir, open, readFile, rename, rm, stat } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { type Graph, GraphBuilder, int8Sign } from '@glot/kernels';
import { z } from 'zod';
import type { Checkpoint } from '../checkpoint.js';
import { hubSettings } from '../hub/settings.js';
import type { Precision } from '../precision.js';
import { WeightsFile } from './weights-file.js';

/** To be raised whenever graphs or the forms of weights change. */
const CONVERTER_VERSION = 4;

const MODEL = 'model.onnx';
const WEIGHTS = 'weights.bin';
const MANIFEST = 'manifest.json';
const Manifest = z.object({ key: z.string(), modelSha256: z.string(), weightsBytes: z.number() });

/** Where `convertModel` keeps weights: beside the pulled models. */
export function convertedFolder(): string {
  return join(dirname(hubSettings({}).folder), 'converted');
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
 * @throws GlotError `lfm2.tensor`, `lfm2.dtype`, `lfm2.unsupported`; errors of the file system
 */
export async function convertedGraph(
  checkpoint: Checkpoint,
  conversion: Conversion,
  cacheFolder?: string,
): Promise<Graph> {
  const key = await conversionKey(checkpoint, conversion);
  const folder = join(resolve(cacheFolder ?? convertedFolder()), key);
  const cached = await cachedGraph(folder, key);
  if (cached !== null) return cached;
  if (cacheFolder === undefined) return conversion.build(new GraphBuilder());
  const temporary = `${folder}.${process.pid}.tmp`;
  await rm(temporary, { recursive: true, force: true });
  await mkdir(temporary, { recursive: true });
  try {
    await convert(conversion, temporary, key);
    await rm(folder, { recursive: true, force: true });
    // Where another process was faster, its folder is as good.
    await rename(temporary, folder).catch(async (error: unknown) => {
      if ((await cachedGraph(folder, key)) === null) throw error;
    });
  } finally {
    await rm(temporary, { recursive: true, force: true });
  }
  return (await cachedGraph(folder, key)) ?? conversion.build(new GraphBuilder());
}

async function convert(conversion: Conversion, folder: string, key: string) {
  const weights = new WeightsFile(join(folder, WEIGHTS), WEIGHTS);
  let graph: Graph;
  try {
    graph = await conversion.build(new GraphBuilder(weights));
  } finally {
    weights.close();
  }
  await writeDurably(join(folder, MODEL), graph.model);
  const manifest = { key, modelSha256: sha256(graph.model), weightsBytes: weights.size };
  await writeDurably(join(folder, MANIFEST), Buffer.from(JSON.stringify(manifest)));
}

/** Null where there is none, or not a whole one. */
async function cachedGraph(folder: string, key: string): Promise<Graph | null> {
  try {
    const manifest = Manifest.parse(JSON.parse(await readFile(join(folder, MANIFEST), 'utf8')));
    const model = await readFile(join(folder, MODEL));
    const { size } = await stat(join(folder, WEIGHTS));
    const whole = manifest.key === key && manifest.modelSha256 === sha256(model) && manifest.weightsBytes === size;
    return whole ? { model, externalData: [], folder } : null;
  } catch {
    return null;
  }
}

// Hashing all weights would take longer than loading them: size, time of change and the header, which names and
// places every tensor, tell checkpoints apart.
async function conversionKey(checkpoint: Checkpoint, { precision, facts }: Conversion): Promise<string> {
  const hash = createHash('sha256');
  const sign = precision === 'int8' ? await int8Sign() : null;
  hash.update(JSON.stringify([CONVERTER_VERSION, checkpoint.config, precision, facts, sign]));
  for (const path of checkpoint.weightFiles) {
    const file = await open(path, 'r');
    try {
      const { size, mtimeMs } = await file.stat();
      const head = new Uint8Array(Math.min(size, 1024 * 1024));
      await file.read(head, 0, head.length, 0);
      hash.update(JSON.stringify([resolve(path), size, mtimeMs])).update(head);
    } finally {
      await file.close();
    }
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
