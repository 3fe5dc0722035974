import { GlotError } from '@glot/errors';
import { CheckpointFile } from '../checkpoint-file.js';
import { type Blocks, blocksOf, numbersOf } from './blocks.js';
import { corrupt, type Dtype, MAX_HEADER_BYTES, parseHeader, type TensorEntry } from './header.js';
import type { StoredTensor } from './stored-tensor.js';
import { widen } from './widen.js';

/**
 * One open safetensors file. Opening reads and checks the header only; tensors are read one at a time, and no
 * allocation is larger than what the file really holds, or eight times that for tensors in blocks (`blocks.ts`), which are
 * given as f32 under their plain names.
 */
export class SafetensorsFile {
  readonly file: CheckpointFile;
  readonly #dataStart: number;
  readonly #entries: ReadonlyMap<string, TensorEntry>;
  readonly #blocks: ReadonlyMap<string, Blocks>;

  /** @throws GlotError `lfm2.not-found`, `lfm2.safetensors` */
  static async open(path: string): Promise<SafetensorsFile> {
    const file = await CheckpointFile.open(path);
    try {
      const { size } = file;
      if (size < 8) throw corrupt(path, `it has only ${size} bytes`);
      const prefix = await file.read(0, 8, corrupt);
      const headerBytes = Number(new DataView(prefix.buffer).getBigUint64(0, true));
      if (headerBytes > MAX_HEADER_BYTES || headerBytes > size - 8) {
        throw corrupt(path, `it claims a header of ${headerBytes} bytes in a file of ${size}`);
      }
      const header = await file.read(8, headerBytes, corrupt);
      const dataStart = 8 + headerBytes;
      return new SafetensorsFile(file, dataStart, parseHeader(header, size - dataStart, path));
    } catch (error) {
      await file.close();
      throw error;
    }
  }

  private constructor(file: CheckpointFile, dataStart: number, entries: ReadonlyMap<string, TensorEntry>) {
    this.file = file;
    this.#dataStart = dataStart;
    this.#entries = entries;
    this.#blocks = blocksOf(entries, file.path);
  }

  get path(): string {
    return this.file.path;
  }

  /** Names of the tensors, in the order of the header. */
  get names(): string[] {
    const plain = new Map([...this.#blocks].map(([name, { stored }]) => [stored, name]));
    return [...this.#entries.keys()].map((name) => plain.get(name) ?? name);
  }

  /** Type and shape of a tensor as `read` gives it, undefined where there is none of that name. */
  describe(name: string): { readonly dtype: Dtype; readonly shape: readonly number[] } | undefined {
    const blocks = this.#blocks.get(name);
    return blocks ? { dtype: 'F32', shape: blocks.shape } : this.#entries.get(name);
  }

  /** Bits of a number of a tensor in blocks, null for one that is stored plainly. */
  blockBits(name: string): Blocks['bits'] | null {
    return this.#blocks.get(name)?.bits ?? null;
  }

  /** @throws GlotError `lfm2.tensor` (no such name), `lfm2.safetensors` (cut off since it was opened) */
  async read(name: string): Promise<StoredTensor> {
    const blocks = this.#blocks.get(name);
    const entry = this.#entries.get(blocks?.stored ?? name);
    if (entry === undefined) throw new GlotError('lfm2.tensor', `${this.path} has no tensor ${name}`);
    const bytes = await this.file.read(this.#dataStart + entry.start, entry.end - entry.start, corrupt);
    if (blocks === undefined) return { dtype: entry.dtype, shape: entry.shape, bytes };
    return { dtype: 'F32', shape: blocks.shape, bytes: new Uint8Array(numbersOf(bytes, blocks.bits).buffer) };
  }

  /** The numbers of an F32, F16 or BF16 tensor. @throws GlotError as `read`, and `lfm2.dtype` for other types */
  async readFloats(name: string): Promise<Float32Array> {
    const tensor = await this.read(name);
    return widen(tensor, name);
  }

  async close(): Promise<void> {
    await this.file.close();
  }
}
