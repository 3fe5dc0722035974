import type { FileHandle } from 'node:fs/promises';
import { GlotError } from '@glot/errors';
import { openRegularFile } from '../regular-file.js';
import { corrupt, type Dtype, MAX_HEADER_BYTES, parseHeader, type TensorEntry } from './header.js';
import { widen } from './widen.js';

/** A tensor as it stands in the file: little-endian, row-major. */
export interface StoredTensor {
  readonly dtype: Dtype;
  readonly shape: readonly number[];
  readonly bytes: Uint8Array;
}

/**
 * One open safetensors file. Opening reads and checks the header only; tensors are read one at a time, and no
 * allocation is larger than what the file really holds.
 */
export class SafetensorsFile {
  readonly path: string;
  readonly #file: FileHandle;
  readonly #dataStart: number;
  readonly #entries: ReadonlyMap<string, TensorEntry>;

  /** @throws GlotError `lfm2.not-found`, `lfm2.safetensors` */
  static async open(path: string): Promise<SafetensorsFile> {
    const file = await openRegularFile(path);
    try {
      const { size } = await file.stat();
      if (size < 8) throw corrupt(path, `it has only ${size} bytes`);
      const prefix = await readExactly(file, 0, 8, path);
      const headerBytes = Number(new DataView(prefix.buffer).getBigUint64(0, true));
      if (headerBytes > MAX_HEADER_BYTES || headerBytes > size - 8) {
        throw corrupt(path, `it claims a header of ${headerBytes} bytes in a file of ${size}`);
      }
      const header = await readExactly(file, 8, headerBytes, path);
      const dataStart = 8 + headerBytes;
      return new SafetensorsFile(path, file, dataStart, parseHeader(header, size - dataStart, path));
    } catch (error) {
      await file.close();
      throw error;
    }
  }

  private constructor(path: string, file: FileHandle, dataStart: number, entries: ReadonlyMap<string, TensorEntry>) {
    this.path = path;
    this.#file = file;
    this.#dataStart = dataStart;
    this.#entries = entries;
  }

  /** Names of the tensors, in the order of the header. */
  get names(): string[] {
    return [...this.#entries.keys()];
  }

  /** Type and shape of a tensor, undefined where there is none of that name. */
  describe(name: string): { readonly dtype: Dtype; readonly shape: readonly number[] } | undefined {
    return this.#entries.get(name);
  }

  /** @throws GlotError `lfm2.tensor` (no such name), `lfm2.safetensors` (cut off since it was opened) */
  async read(name: string): Promise<StoredTensor> {
    const entry = this.#entries.get(name);
    if (entry === undefined) throw new GlotError('lfm2.tensor', `${this.path} has no tensor ${name}`);
    const bytes = await readExactly(this.#file, this.#dataStart + entry.start, entry.end - entry.start, this.path);
    return { dtype: entry.dtype, shape: entry.shape, bytes };
  }

  /** The numbers of an F32, F16 or BF16 tensor. @throws GlotError as `read`, and `lfm2.dtype` for other types */
  async readFloats(name: string): Promise<Float32Array> {
    const tensor = await this.read(name);
    return widen(tensor, name);
  }

  async close(): Promise<void> {
    await this.#file.close();
  }
}

// One read call ends early above 2 GiB and on some file systems, hence the loop.
async function readExactly(
  file: FileHandle,
  position: number,
  length: number,
  where: string,
): Promise<Uint8Array<ArrayBuffer>> {
  const bytes = new Uint8Array(length);
  let done = 0;
  while (done < length) {
    const { bytesRead } = await file.read(bytes, done, Math.min(length - done, 2 ** 30), position + done);
    if (bytesRead === 0) throw corrupt(where, `it ends after ${position + done} bytes, ${length - done} too early`);
    done += bytesRead;
  }
  return bytes;
}
