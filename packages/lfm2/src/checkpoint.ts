import { ModelFiles, type TensorFile, type Weights, widen } from '@glot/checkpoints';
import { GlotError } from '@glot/errors';
import { type ElementType, f32Tensor, type TensorData } from '@glot/kernels';
import { type Lfm2Config, parseConfig } from './config.js';

/** The output matrix lies outside of the trunk's prefix. */
const OUTPUT = 'lm_head.weight';

/**
 * A folder with config.json and safetensors weights, in one file or several, or a GGUF file. Tensors go by their
 * names below the prefix of the trunk: `embed_tokens.weight`, `layers.0.ffn_norm.weight`, ...; `lm_head.weight` is the
 * output matrix that stands beside the trunk in models which have one.
 */
export class Checkpoint {
  /** The folder, or the GGUF file. */
  readonly folder: string;
  readonly config: Lfm2Config;
  readonly weightFiles: readonly TensorFile[];
  readonly #owner: ReadonlyMap<string, TensorFile>;
  readonly #prefix: string;

  /** Files that are closed with the checkpoint; null: whoever opened them closes them. */
  readonly #closes: ModelFiles | null;

  /**
   * @param path a folder, or a file whose name ends in .gguf; its files are closed with the checkpoint
   * @throws GlotError `lfm2.not-found`, `lfm2.config`, `lfm2.unsupported`, `lfm2.safetensors`, `lfm2.gguf`,
   *   `lfm2.dtype`, `lfm2.tensor`
   */
  static async open(path: string): Promise<Checkpoint> {
    const files = await ModelFiles.open(path);
    try {
      return await Checkpoint.#read(files, files);
    } catch (error) {
      await files.close();
      throw error;
    }
  }

  /** The trunk of files that are open, and stay so. @throws GlotError as `open` */
  static of(files: ModelFiles): Promise<Checkpoint> {
    return Checkpoint.#read(files, null);
  }

  static async #read(files: ModelFiles, closes: ModelFiles | null): Promise<Checkpoint> {
    const config = parseConfig(await files.config(), files.configPath);
    return new Checkpoint(files.path, config, await files.weights(), closes);
  }

  private constructor(path: string, config: Lfm2Config, { files, owner }: Weights, closes: ModelFiles | null) {
    this.folder = path;
    this.config = config;
    this.weightFiles = files;
    this.#owner = owner;
    this.#prefix = trunkPrefix([...owner.keys()], path);
    this.#closes = closes;
  }

  /** Shape of a trunk tensor. @throws GlotError `lfm2.tensor` */
  shape(name: string): readonly number[] {
    return this.#file(name).describe(this.#stored(name))!.shape;
  }

  /** Bits of a number of a trunk tensor that is stored in blocks of 32, else null. @throws GlotError `lfm2.tensor` */
  blockBits(name: string): 4 | 8 | null {
    return this.#file(name).blockBits(this.#stored(name));
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
    await this.#closes?.close();
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
