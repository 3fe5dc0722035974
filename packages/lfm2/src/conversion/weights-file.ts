import { closeSync, fsyncSync, openSync, writeSync } from 'node:fs';
import type { ConstantSink } from '@glot/kernels';

/** Starts of pages, which the runtime can map. */
const ALIGNMENT = 4096;

/** Writes the large constants of a graph one after the other. Bytes that are given twice are written once. */
export class WeightsFile implements ConstantSink {
  readonly file: string;
  readonly #handle: number;
  readonly #starts = new WeakMap<ArrayBufferLike, Map<string, number>>();
  #size = 0;

  constructor(path: string, file: string) {
    this.file = file;
    this.#handle = openSync(path, 'wx');
  }

  get size(): number {
    return this.#size;
  }

  write(bytes: Uint8Array): number {
    const known = this.#starts.get(bytes.buffer) ?? new Map<string, number>();
    this.#starts.set(bytes.buffer, known);
    const range = `${bytes.byteOffset}+${bytes.byteLength}`;
    const found = known.get(range);
    if (found !== undefined) return found;
    const start = Math.ceil(this.#size / ALIGNMENT) * ALIGNMENT;
    for (let done = 0; done < bytes.byteLength; ) {
      done += writeSync(this.#handle, bytes, done, bytes.byteLength - done, start + done);
    }
    this.#size = start + bytes.byteLength;
    known.set(range, start);
    return start;
  }

  close(): void {
    fsyncSync(this.#handle);
    closeSync(this.#handle);
  }
}
