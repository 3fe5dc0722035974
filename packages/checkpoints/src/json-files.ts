import { createHash } from 'node:crypto';
import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { parseJson, readJsonBytes } from './read-json.js';

/** The JSON files of a folder, each read from the disk once. */
export class JsonFiles {
  readonly folder: string;
  readonly #read = new Map<string, Promise<Buffer>>();

  constructor(folder: string) {
    this.folder = folder;
  }

  /** Whether there is a file of that name. */
  async has(name: string): Promise<boolean> {
    return stat(join(this.folder, name)).then(
      (stats) => stats.isFile(),
      () => false,
    );
  }

  /** @throws GlotError `lfm2.not-found`, `lfm2.json` */
  async read(name: string): Promise<unknown> {
    return parseJson(await this.#bytes(name), join(this.folder, name));
  }

  /** Hash of a file, of the bytes that `read` gave. @throws GlotError `lfm2.not-found` */
  async sha256(name: string): Promise<Buffer> {
    return createHash('sha256')
      .update(await this.#bytes(name))
      .digest();
  }

  #bytes(name: string): Promise<Buffer> {
    const known = this.#read.get(name);
    if (known !== undefined) return known;
    const bytes = readJsonBytes(join(this.folder, name));
    this.#read.set(name, bytes);
    return bytes;
  }
}
