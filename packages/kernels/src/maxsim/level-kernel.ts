import { GlotError } from '@glot/errors';
import { LEVEL_KERNEL } from './level-kernel-binary.js';

/** Columns of levels in one vector. */
export const LEVEL_COLUMNS = 16;

/** Bytes in a page of WebAssembly's memory. */
const PAGE = 65_536;

/** What level-kernel.wat exports; addresses are bytes in `memory`. */
export interface LevelKernel {
  readonly memory: ArrayBuffer;
  addSumsOfBest(levels: number, centroids: number, starts: number, texts: number, count: number, sums: number): void;
  blockMaxima(levels: number, centroids: number, blocks: number, into: number): void;
  addSteps(
    places: number,
    stops: number,
    last: number,
    steps: number,
    lists: number,
    sums: number,
    numbers: number,
    block: number,
  ): void;
  atLeast(values: number, count: number, floor: number, into: number): number;
  reaching(levels: number, centroids: number, floors: number, into: number): number;
}

// The part of it that is used: declared by the DOM's types alone, which do not belong here.
declare const WebAssembly: {
  readonly Module: new (bytes: Uint8Array) => object;
  readonly Memory: new (size: {
    readonly initial: number;
    readonly maximum: number;
  }) => { readonly buffer: ArrayBuffer };
  readonly Instance: new (
    module: object,
    imports: Readonly<Record<string, Readonly<Record<string, object>>>>,
  ) => { readonly exports: unknown };
};

let compiled: object | null = null;

/**
 * The loops of level-kernel.wat over a memory of their own.
 * @param bytes of memory, all zeros
 * @throws GlotError `kernels.out-of-memory`
 */
export function levelKernel(bytes: number): LevelKernel {
  compiled ??= new WebAssembly.Module(Buffer.from(LEVEL_KERNEL, 'base64'));
  const pages = Math.max(1, Math.ceil(bytes / PAGE));
  let memory: { readonly buffer: ArrayBuffer };
  try {
    memory = new WebAssembly.Memory({ initial: pages, maximum: pages });
  } catch (cause) {
    const size = Math.ceil(bytes / 1e6);
    throw new GlotError('kernels.out-of-memory', `there is no room for ${size} MB of centroids of texts`, { cause });
  }
  const { exports } = new WebAssembly.Instance(compiled, { glot: { memory } });
  return { ...(exports as Omit<LevelKernel, 'memory'>), memory: memory.buffer };
}

/** Room for arrays one after the other, each at a multiple of 16 bytes. */
export class Layout {
  #bytes = 0;

  /** Total so far. */
  get bytes(): number {
    return this.#bytes;
  }

  /** @returns the address of so many bytes */
  place(bytes: number): number {
    const address = this.#bytes;
    this.#bytes += Math.ceil(bytes / 16) * 16;
    return address;
  }
}
