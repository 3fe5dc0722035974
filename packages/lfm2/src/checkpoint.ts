import { basename, join } from 'node:path';
import { GgufFile, isGguf, readJson, SafetensorsFile, widen } from '@glot/checkpoints';
import { GlotError } from '@glot/errors';
import { type ElementType, f32Tensor, type TensorData } from '@glot/kernels';
import { z } from 'zod';
import { type Lfm2Config, parseConfig } from './config.js';

const SINGLE = 'model.safetensors';
const INDEX = 'model.safetensors.index.json';
/** The output matrix lies outside of the trunk's prefix. */
const OUTPUT = 'lm_head.weight';
const IndexFile = z.object({ weight_map: z.record(z.string(), z.string()) });

/** What both kinds of weight file can do. */
type TensorFile = Pick<SafetensorsFile, 'path' | 'names' | 'describe' | 'read' | 'readFloats' | 'close'>;

/**
 * A folder with config.json and safetensors weights, in one file or several, or a GGUF file. Tensors go by their
 * names below the prefix of the trunk: `embed_tokens.weight`, `layers.0.ffn_norm.weight`, ...; `lm_head.weight` is the
 * output matrix that stands beside the trunk in models which have one.
 */
export class Checkpoint {
  /** The folder, or the GGUF file. */
  readonly folder: string;
  readonly config: Lfm2Config;
  /** Files that hold the weights, for fingerprints. */
  readonly weightFiles: readonly string[];
  readonly #files: readonly TensorFile[];
  readonly #owner: ReadonlyMap<string, TensorFile>;
  readonly #prefix: string;

  /**
   * @param folder or a file whose name ends in .gguf
   * @throws GlotError `lfm2.not-found`, `lfm2.config`, `lfm2.unsupported`, `lfm2.safetensors`, `lfm2.gguf`,
   *   `lfm2.dtype`, `lfm2.tensor`
   */
  static async open(folder: string): Promise<Checkpoint> {
    if (isGguf(folder)) return Checkpoint.#openGguf(folder);
    const configPath = join(folder, 'config.json');
    const config = parseConfig(await readJson(configPath), configPath);
    const files: SafetensorsFile[] = [];
    try {
      const owner = await openWeights(folder, files);
      return new Checkpoint(folder, config, files, owner, trunkPrefix([...owner.keys()], folder));
    } catch (error) {
      await Promise.all(files.map((file) => file.close()));
      throw error;
    }
  }

  static async #openGguf(path: string): Promise<Checkpoint> {
    const file = await GgufFile.open(path);
    try {
      const config = parseConfig(file.configJson(), path);
      const owner = new Map(file.names.map((name) => [name, file]));
      return new Checkpoint(path, config, [file], owner, trunkPrefix(file.names, path));
    } catch (error) {
      await file.close();
      throw error;
    }
  }

  private constructor(
    folder: string,
    config: Lfm2Config,
    files: readonly TensorFile[],
    owner: ReadonlyMap<string, TensorFile>,
    prefix: string,
  ) {
    this.folder = folder;
    this.config = config;
    this.weightFiles = files.map((file) => file.path);
    this.#files = files;
    this.#owner = owner;
    this.#prefix = prefix;
  }

  /** Shape of a trunk tensor. @throws GlotError `lfm2.tensor` */
  shape(name: string): readonly number[] {
    return this.#file(name).describe(this.#stored(name))!.shape;
  }

  /**
   * A trunk tensor widened to f32.
   * @throws GlotError `lfm2.tensor` where it is missing or has another shape, `lfm2.dtype`
   */
  async floats(name: string, shape: readonly number[]): Promise<TensorData> {
    this.#check(name, shape);
    return f32Tensor(await this.#file(name).readFloats(this.#stored(name)), shape);
  }

  /** A trunk tensor in f32, f16 or bf16, as it is stored. @throws GlotError as `floats` */
  async stored(name: string, shape: readonly number[]): Promise<TensorData> {
    this.#check(name, shape);
    const tensor = await this.#file(name).read(this.#stored(name));
    const type = STORED_TYPES[tensor.dtype];
    if (type === undefined) return f32Tensor(widen(tensor, name), shape); // throws `lfm2.dtype`
    return { type, shape: tensor.shape, bytes: tensor.bytes };
  }

  async close(): Promise<void> {
    await Promise.all(this.#files.map((file) => file.close()));
  }

  /** The name in the file. */
  #stored(name: string): string {
    return name === OUTPUT ? name : this.#prefix + name;
  }

  #file(name: string): TensorFile {
    const stored = this.#stored(name);
    const file = this.#owner.get(stored);
    if (file !== undefined) return file;
    throw new GlotError('lfm2.tensor', `the weights in ${this.folder} lack the tensor ${stored}`, {
      details: { folder: this.folder, name: stored },
    });
  }

  #check(name: string, expected: readonly number[]): void {
    const found = this.shape(name);
    if (found.length === expected.length && found.every((size, i) => size === expected[i])) return;
    throw new GlotError(
      'lfm2.tensor',
      `${this.#stored(name)} in ${this.folder} has the shape [${found}]; its configuration asks for [${expected}]`,
      { details: { folder: this.folder, name, found: [...found], expected: [...expected] } },
    );
  }
}

const STORED_TYPES: Readonly<Record<string, ElementType>> = { F32: 'f32', F16: 'f16', BF16: 'bf16' };

// Opens the files of a folder and says which one holds which tensor. Opened files are pushed as they come.
async function openWeights(folder: string, files: SafetensorsFile[]): Promise<Map<string, SafetensorsFile>> {
  const owner = new Map<string, SafetensorsFile>();
  const shards = await shardNames(folder);
  for (const shard of shards ?? [SINGLE]) {
    const file = await SafetensorsFile.open(join(folder, shard));
    files.push(file);
    for (const name of file.names) {
      if (owner.has(name)) throw new GlotError('lfm2.tensor', `two files in ${folder} hold the tensor ${name}`);
      owner.set(name, file);
    }
  }
  return owner;
}

/** Names of the weight files by the index, or null where one file holds all. */
async function shardNames(folder: string): Promise<string[] | null> {
  const path = join(folder, INDEX);
  let json: unknown;
  try {
    json = await readJson(path);
  } catch (error) {
    if (error instanceof GlotError && error.code === 'lfm2.not-found') return null;
    throw error;
  }
  const parsed = IndexFile.safeParse(json);
  const names = parsed.success ? [...new Set(Object.values(parsed.data.weight_map))].sort() : [];
  if (names.length === 0 || names.some((name) => name !== basename(name) || !name.endsWith('.safetensors'))) {
    throw new GlotError('lfm2.config', `${path} does not map tensors to safetensors files of its folder`, {
      details: { path },
    });
  }
  return names;
}

function trunkPrefix(names: readonly string[], folder: string): string {
  const suffix = 'embed_tokens.weight';
  const [found, ...more] = names.filter((name) => name === suffix || name.endsWith(`.${suffix}`));
  if (found === undefined || more.length > 0) {
    throw new GlotError(
      'lfm2.tensor',
      `the weights in ${folder} hold ${found ? 'several tensors' : 'no tensor'} named ${suffix}`,
      {
        details: { folder },
      },
    );
  }
  return found.slice(0, -suffix.length);
}
