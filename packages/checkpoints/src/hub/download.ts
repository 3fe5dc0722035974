import { type FileHandle, open, rm } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { GlotError, isGlotError, throwIfAborted } from '@glot/errors';
import { FileDigest } from './file-digest.js';
import { type HubClient, type RemoteFile, reasonOf } from './hub-client.js';

/** How patient a download is. */
export interface Patience {
  /** Attempts in a row without a MiB of progress. */
  readonly attempts: number;
  /** Wait before the second attempt; doubles with each. */
  readonly firstDelayMs: number;
  /** A connection that says nothing for so long counts as cut. */
  readonly idleMs: number;
}

export const PATIENCE: Patience = { attempts: 6, firstDelayMs: 500, idleMs: 60_000 };

export interface DownloadOptions {
  readonly client: HubClient;
  readonly repo: string;
  readonly commit: string;
  readonly file: RemoteFile;
  /** Where to write. What is there already is taken for the beginning of the file. */
  readonly target: string;
  readonly patience: Patience;
  readonly signal: AbortSignal | undefined;
  /** Gets the bytes of the file that are on disk. */
  readonly onBytes: (bytes: number) => void;
}

const PROGRESS_BYTES = 1024 * 1024;

/**
 * Fetches a file, going on where an earlier attempt stopped, and checks it.
 * @returns its SHA-256 in hex
 * @throws GlotError `hub.checksum` (nothing is left of the file), `hub.network` and the like (what came is left, to be
 *   continued), `AbortError`
 */
export async function download(options: DownloadOptions): Promise<string> {
  const { file, target, repo } = options;
  for (let clean = false; ; clean = true) {
    const handle = await open(target, 'a+').then(async (created) => {
      await created.close();
      return open(target, 'r+');
    });
    const transfer = new Transfer(options, handle);
    try {
      await transfer.resume();
      // the bytes of two attempts may not fit together; those of one say what the hub has
      clean ||= transfer.fresh;
      await transfer.complete();
      await handle.sync();
    } finally {
      await handle.close();
    }
    const { sha256, matches } = transfer.digest.finish();
    if (matches(file.checksum)) return sha256;
    await rm(target, { force: true });
    if (clean) {
      throw new GlotError(
        'hub.checksum',
        `${file.path} of ${repo} arrived with another checksum than the hub states, and was deleted; pull again`,
        { details: { repo, path: file.path, expected: file.checksum.value, sha256 } },
      );
    }
  }
}

/** One file on its way to disk. */
class Transfer {
  digest: FileDigest;
  /** Whether nothing of the file was there before. */
  fresh = true;
  readonly #options: DownloadOptions;
  readonly #handle: FileHandle;
  #done = 0;

  constructor(options: DownloadOptions, handle: FileHandle) {
    this.#options = options;
    this.#handle = handle;
    this.digest = new FileDigest(options.file.bytes);
  }

  /** Takes over what is on disk. */
  async resume(): Promise<void> {
    const { file, target, signal, onBytes } = this.#options;
    const { size } = await this.#handle.stat();
    if (size > file.bytes) await this.#restart();
    else if (size > 0) {
      await this.digest.addFile(target, signal);
      throwIfAborted(signal);
      this.#done = size;
      this.fresh = false;
    }
    onBytes(this.#done);
  }

  async complete(): Promise<void> {
    const { file, patience, signal } = this.#options;
    let failures = 0;
    while (this.#done < file.bytes) {
      const before = this.#done;
      const failure = await this.#attempt();
      if (this.#done >= file.bytes) return;
      throwIfAborted(signal);
      failures = this.#done - before >= PROGRESS_BYTES ? 1 : failures + 1;
      if (failures >= patience.attempts) throw failure;
      await sleep(waitMs(failure, patience.firstDelayMs * 2 ** (failures - 1)), undefined, { signal }).catch(() => {});
      throwIfAborted(signal);
    }
  }

  // What ended the attempt before the file was complete; other errors than those of the network are thrown.
  async #attempt(): Promise<GlotError> {
    const { client, repo, commit, file, patience, signal } = this.#options;
    const idle = new AbortController();
    const stalled = () => idle.abort(new Error(`nothing came for ${patience.idleMs / 1000} s`));
    let timer = setTimeout(stalled, patience.idleMs);
    try {
      const response = await client.open(repo, commit, file.path, this.#done, idle.signal);
      if (response.status !== 206) await this.#restart();
      else if (firstByte(response) !== this.#done) {
        await response.body?.cancel();
        await this.#restart();
        return cut(file.path, repo, 'the hub sent another part than asked for');
      }
      for await (const chunk of response.body ?? []) {
        clearTimeout(timer);
        await this.#append(chunk as Uint8Array);
        timer = setTimeout(stalled, patience.idleMs);
      }
      return cut(file.path, repo, 'the connection ended early');
    } catch (error) {
      throwIfAborted(signal);
      if (isGlotError(error, 'hub.range')) await this.#restart();
      if (isGlotError(error, 'hub.network') || isGlotError(error, 'hub.range')) return error;
      if (isGlotError(error) || isSystemError(error)) throw error;
      return cut(file.path, repo, reasonOf(idle.signal.aborted ? idle.signal.reason : error), error);
    } finally {
      clearTimeout(timer);
    }
  }

  async #append(chunk: Uint8Array): Promise<void> {
    const { file, repo, onBytes } = this.#options;
    if (this.#done + chunk.length > file.bytes) {
      await this.#restart();
      throw new GlotError('hub.bad-answer', `${file.path} of ${repo} is longer than the ${file.bytes} bytes stated`);
    }
    let written = 0;
    while (written < chunk.length) {
      const { bytesWritten } = await this.#handle.write(chunk, written, chunk.length - written, this.#done + written);
      written += bytesWritten;
    }
    this.digest.update(chunk);
    this.#done += chunk.length;
    onBytes(this.#done);
  }

  async #restart(): Promise<void> {
    await this.#handle.truncate(0);
    this.digest = new FileDigest(this.#options.file.bytes);
    this.#done = 0;
    this.fresh = true;
  }
}

function firstByte(partial: Response): number {
  return Number(/^bytes (\d+)-/.exec(partial.headers.get('content-range') ?? '')?.[1] ?? Number.NaN);
}

function cut(path: string, repo: string, reason: string, cause?: unknown): GlotError {
  return new GlotError('hub.network', `${path} of ${repo} stopped coming: ${reason}; pull again to go on from there`, {
    cause,
    details: { repo, path },
  });
}

function waitMs(error: unknown, otherwise: number): number {
  const seconds = isGlotError(error, 'hub.network') ? error.details.retryAfterSeconds : undefined;
  return seconds === undefined ? otherwise : Math.min(Math.max(seconds, 0), 60) * 1000;
}

// of the file system; those of sockets come wrapped by fetch
function isSystemError(error: unknown): boolean {
  return error instanceof Error && 'syscall' in error && ['write', 'ftruncate', 'open'].includes(String(error.syscall));
}
