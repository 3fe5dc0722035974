import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import type { Checksum } from './hub-client.js';

/** Hashes a file of known length while it passes by: as itself, and as the blob that git would store. */
export class FileDigest {
  readonly #sha256 = createHash('sha256');
  readonly #git = createHash('sha1');

  constructor(bytes: number) {
    this.#git.update(`blob ${bytes}\0`);
  }

  update(chunk: Uint8Array): void {
    this.#sha256.update(chunk);
    this.#git.update(chunk);
  }

  /** Adds what a file holds. */
  async addFile(path: string, signal: AbortSignal | undefined): Promise<void> {
    const stream = createReadStream(path, { highWaterMark: 1024 * 1024 });
    for await (const chunk of stream) {
      if (signal?.aborted) return;
      this.update(chunk as Uint8Array);
    }
  }

  /** Ends the digest. */
  finish(): { readonly sha256: string; readonly matches: (expected: Checksum) => boolean } {
    const sha256 = this.#sha256.digest('hex');
    const git = this.#git.digest('hex');
    return { sha256, matches: ({ kind, value }) => value === (kind === 'git' ? git : sha256) };
  }
}
