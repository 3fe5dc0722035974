import { createHash } from 'node:crypto';
import type { FileHandle } from 'node:fs/promises';
import type { GlotError } from '@glot/errors';
import { openRegularFile } from './regular-file.js';

/** What a file that ends too early is called in its format. */
export type Corrupt = (path: string, problem: string) => GlotError;

/** Tells a file from others of its place without reading it whole. */
export interface FileStamp {
  readonly size: number;
  readonly mtimeMs: number;
  /** The first mebibyte. */
  readonly head: Uint8Array;
}

const MEBIBYTE = 1024 * 1024;

/** One open file of a checkpoint. Whatever is asked of it, it is opened once and hashed once. */
export class CheckpointFile {
  readonly path: string;
  readonly size: number;
  readonly #handle: FileHandle;
  #sha256: Promise<Buffer> | undefined;
  #closed = false;

  /** @throws GlotError `lfm2.not-found` */
  static async open(path: string): Promise<CheckpointFile> {
    const handle = await openRegularFile(path);
    try {
      return new CheckpointFile(path, handle, (await handle.stat()).size);
    } catch (error) {
      await handle.close();
      throw error;
    }
  }

  private constructor(path: string, handle: FileHandle, size: number) {
    this.path = path;
    this.size = size;
    this.#handle = handle;
  }

  /** @throws what `corrupt` makes, where the file ends before */
  async read(position: number, length: number, corrupt: Corrupt): Promise<Uint8Array<ArrayBuffer>> {
    const bytes = new Uint8Array(length);
    await this.readInto(bytes, position, corrupt);
    return bytes;
  }

  /** Fills `target`. @throws as `read` */
  async readInto(target: Uint8Array, position: number, corrupt: Corrupt): Promise<void> {
    const { length } = target;
    let done = 0;
    // One read call ends early above 2 GiB and on some file systems, hence the loop.
    while (done < length) {
      const { bytesRead } = await this.#handle.read(target, done, Math.min(length - done, 2 ** 30), position + done);
      if (bytesRead === 0)
        throw corrupt(this.path, `it ends after ${position + done} bytes, ${length - done} too early`);
      done += bytesRead;
    }
  }

  /** Hash of the whole file. Rejects where the file is closed before it is read. */
  sha256(): Promise<Buffer> {
    this.#sha256 ??= this.#hash();
    return this.#sha256;
  }

  async stamp(): Promise<FileStamp> {
    const head = new Uint8Array(Math.min(this.size, MEBIBYTE));
    await this.#handle.read(head, 0, head.length, 0);
    const { size, mtimeMs } = await this.#handle.stat();
    return { size, mtimeMs, head };
  }

  async close(): Promise<void> {
    this.#closed = true;
    await this.#sha256?.catch(() => {});
    await this.#handle.close();
  }

  async #hash(): Promise<Buffer> {
    const hash = createHash('sha256');
    const chunk = new Uint8Array(MEBIBYTE);
    for (let position = 0; ; ) {
      if (this.#closed) throw new Error(`${this.path} was closed while it was hashed`);
      const { bytesRead } = await this.#handle.read(chunk, 0, chunk.length, position);
      if (bytesRead === 0) return hash.digest();
      hash.update(chunk.subarray(0, bytesRead));
      position += bytesRead;
    }
  }
}
