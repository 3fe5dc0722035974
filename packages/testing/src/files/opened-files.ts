import fs from 'node:fs';
import { syncBuiltinESMExports } from 'node:module';
import { resolve } from 'node:path';

export interface FileUse {
  opens: number;
  bytesRead: number;
}

/** Counts how often files are opened, in this thread, until `stop`. */
export class OpenedFiles {
  readonly #uses = new Map<string, FileUse>();
  readonly #open = fs.promises.open;
  readonly #readFile = fs.promises.readFile;
  readonly #createReadStream = fs.createReadStream;

  constructor() {
    fs.promises.open = async (path, ...more) => {
      const use = this.#count(path);
      const handle = await this.#open.call(fs.promises, path, ...more);
      const read = handle.read.bind(handle) as (
        ...args: unknown[]
      ) => Promise<{ bytesRead: number; buffer: Uint8Array }>;
      const counted = async (...args: unknown[]) => {
        const result = await read(...args);
        use.bytesRead += result.bytesRead;
        return result;
      };
      return Object.assign(handle, { read: counted });
    };
    fs.promises.readFile = ((path: fs.PathLike, ...more: []) => {
      this.#count(path);
      return this.#readFile.call(fs.promises, path, ...more);
    }) as typeof fs.promises.readFile;
    fs.createReadStream = ((path: fs.PathLike, ...more: []) => {
      this.#count(path);
      return this.#createReadStream.call(fs, path, ...more);
    }) as typeof fs.createReadStream;
    syncBuiltinESMExports();
  }

  of(path: string): FileUse {
    return this.#uses.get(resolve(path)) ?? { opens: 0, bytesRead: 0 };
  }

  /** Paths below a folder that were opened, and how often. */
  below(folder: string): Readonly<Record<string, number>> {
    const inside = [...this.#uses].filter(([path]) => path.startsWith(resolve(folder)));
    return Object.fromEntries(inside.map(([path, { opens }]) => [path.slice(resolve(folder).length + 1), opens]));
  }

  stop(): void {
    fs.promises.open = this.#open;
    fs.promises.readFile = this.#readFile;
    fs.createReadStream = this.#createReadStream;
    syncBuiltinESMExports();
  }

  #count(path: unknown): FileUse {
    const name = resolve(String(path));
    const use = this.#uses.get(name) ?? { opens: 0, bytesRead: 0 };
    use.opens += 1;
    this.#uses.set(name, use);
    return use;
  }
}
