import { basename, join } from 'node:path';
import { GlotError } from '@glot/errors';
import * as z from 'zod';
import type { JsonFiles } from './json-files.js';
import { SafetensorsFile } from './safetensors/safetensors-file.js';

const SINGLE = 'model.safetensors';
const INDEX = 'model.safetensors.index.json';
const IndexFile = z.object({ weight_map: z.record(z.string(), z.string()) });

/** What both kinds of weight file can do. */
export type TensorFile = Pick<
  SafetensorsFile,
  'path' | 'file' | 'names' | 'describe' | 'blockBits' | 'read' | 'readFloats' | 'close'
>;

/** The open weights of a model, in one file or several. */
export interface Weights {
  readonly files: readonly TensorFile[];
  /** The file of each tensor. */
  readonly owner: ReadonlyMap<string, TensorFile>;
}

/**
 * Opens the weights of a folder.
 * @throws GlotError `lfm2.not-found`, `lfm2.safetensors`, `lfm2.config`, `lfm2.tensor`
 */
export async function openFolderWeights(folder: string, json: JsonFiles): Promise<Weights> {
  const files: SafetensorsFile[] = [];
  const owner = new Map<string, SafetensorsFile>();
  try {
    for (const shard of (await shardNames(folder, json)) ?? [SINGLE]) {
      const file = await SafetensorsFile.open(join(folder, shard));
      files.push(file);
      for (const name of file.names) {
        if (owner.has(name)) throw new GlotError('lfm2.tensor', `two files in ${folder} hold the tensor ${name}`);
        owner.set(name, file);
      }
    }
    return { files, owner };
  } catch (error) {
    await Promise.all(files.map((file) => file.close()));
    throw error;
  }
}

/** Names of the weight files by the index, or null where one file holds all. */
async function shardNames(folder: string, json: JsonFiles): Promise<string[] | null> {
  if (!(await json.has(INDEX))) return null;
  const parsed = IndexFile.safeParse(await json.read(INDEX));
  const names = parsed.success ? [...new Set(Object.values(parsed.data.weight_map))].sort() : [];
  if (names.length === 0 || names.some((name) => name !== basename(name) || !name.endsWith('.safetensors'))) {
    const path = join(folder, INDEX);
    throw new GlotError('lfm2.config', `${path} does not map tensors to safetensors files of its folder`, {
      details: { path },
    });
  }
  return names;
}
