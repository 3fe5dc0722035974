import { closeSync, fsyncSync, openSync, writeSync } from 'node:fs';
import { throwIfAborted } from '@glot/errors';
import type { ConstantSink } from '@glot/kernels';

/** Starts of pages, which the runtime can map. */
const ALIGNMENT = 4096;

/** Writes the large constants of a graph one after the other. Bytes that are given twice are written once. */
export class WeightsFile implements ConstantSink {
  readonly file: string;
  readonly #handle: number;
  readonly #starts = new WeakMap<ArrayBufferLike, Map<string, number>>();
  readonly #signal: AbortSignal | undefined;
  #size = 0;

  /** @param signal makes `write` throw once it has fired */
  constructor(path: string, file: string, signal?: AbortSignal) {
    this.file = file;
    this.#signal = signal;
    this.#handle = openSync(path, 'wx');
  }

  get size(): number {
    return this.#size;
  }

  /** @throws an `AbortError` */
  write(bytes: Uint8Array): number {
    throwIfAborted(this.#signal);
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
