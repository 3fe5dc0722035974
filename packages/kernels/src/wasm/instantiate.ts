import { GlotError } from '@glot/errors';

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

/** Bytes in a page of WebAssembly's memory. */
const PAGE = 65_536;

const compiled = new Map<string, object>();

/**
 * An instance of a module, with a memory of its own that it imports as `glot.memory`.
 * @param binary base64
 * @param bytes of memory, all zeros
 * @throws GlotError `kernels.out-of-memory`
 */
export function instantiate<Exports extends object>(
  binary: string,
  bytes: number,
): Exports & { readonly memory: ArrayBuffer } {
  const module = compiled.get(binary) ?? new WebAssembly.Module(Buffer.from(binary, 'base64'));
  compiled.set(binary, module);
  const pages = Math.max(1, Math.ceil(bytes / PAGE));
  let memory: { readonly buffer: ArrayBuffer };
  try {
    memory = new WebAssembly.Memory({ initial: pages, maximum: pages });
  } catch (cause) {
    const size = `${Math.ceil(bytes / 1e6)} MB of memory`;
    const message = `there is no room for ${size}, or for the 10 GB of addresses kept free behind it; free memory or raise \`ulimit -v\``;
    throw new GlotError('kernels.out-of-memory', message, { cause });
  }
  const { exports } = new WebAssembly.Instance(module, { glot: { memory } });
  return { ...(exports as Exports), memory: memory.buffer };
}
