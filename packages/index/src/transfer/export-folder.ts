import {
  closeSync,
  existsSync,
  fsyncSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  readdirSync,
  renameSync,
  rmSync,
  statSync,
  writeSync,
} from 'node:fs';
import { join } from 'node:path';
import { GlotError } from '@glot/errors';

/** Begins the name of the folder that an export writes into, followed by the process's id. */
const UNFINISHED = '.glot-export-';

/**
 * The files of an export, all or none: they are written into a folder of their own inside the target, and get their
 * names once they are whole. What a killed export left is taken away by the next one.
 */
export class ExportFolder {
  readonly #target: string;
  readonly #names: readonly string[];
  /** The first folder that was made on the way; null where the target was there. */
  readonly #made: string | null;
  readonly #unfinished: string;
  readonly #files = new Map<string, number>();

  /** @throws GlotError `index.export` */
  constructor(target: string, names: readonly string[]) {
    this.#target = target;
    this.#names = names;
    try {
      this.#made = mkdirSync(target, { recursive: true }) ?? null;
    } catch (error) {
      throw exportError(error, target);
    }
    try {
      for (const name of names) refuseFolder(join(target, name));
      for (const name of readdirSync(target)) if (isAbandoned(name)) rmSync(join(target, name), { recursive: true });
      this.#unfinished = mkdtempSync(join(target, `${UNFINISHED}${process.pid}-`));
    } catch (error) {
      if (this.#made !== null) rmSync(this.#made, { recursive: true, force: true });
      throw exportError(error, target);
    }
  }

  /** Appends to a file, or with `position` writes over what stands there. @throws GlotError `index.export` */
  write(name: string, data: Uint8Array | string, position: number | null = null): void {
    const bytes = typeof data === 'string' ? Buffer.from(data) : data;
    try {
      let file = this.#files.get(name);
      if (file === undefined) {
        file = openSync(join(this.#unfinished, name), 'wx');
        this.#files.set(name, file);
      }
      // A disk that is almost full takes a part, and tells at the next write.
      for (let done = 0; done < bytes.length; ) {
        done += writeSync(file, bytes, done, bytes.length - done, position === null ? null : position + done);
      }
    } catch (error) {
      throw exportError(error, this.#target);
    }
  }

  /** Gives the files their names, in place of those of an earlier export. @throws GlotError `index.export` */
  finish(): void {
    try {
      for (const file of this.#files.values()) fsyncSync(file);
      this.#close();
      for (const name of this.#names) renameSync(join(this.#unfinished, name), join(this.#target, name));
      rmSync(this.#unfinished, { recursive: true });
    } catch (error) {
      throw exportError(error, this.#target);
    }
  }

  /** Takes away what was written, and folders that were made for it. */
  discard(): void {
    this.#close();
    const place = this.#made ?? this.#unfinished;
    if (existsSync(place)) rmSync(place, { recursive: true, force: true });
  }

  #close(): void {
    for (const file of this.#files.values()) closeSync(file);
    this.#files.clear();
  }
}

function refuseFolder(path: string): void {
  if (statSync(path, { throwIfNoEntry: false })?.isDirectory()) {
    throw Object.assign(new Error(path), { code: 'EISDIR', path });
  }
}

/** Of a process that is gone. */
function isAbandoned(name: string): boolean {
  const owner = new RegExp(`^\\${UNFINISHED}(\\d+)-`).exec(name)?.[1];
  if (owner === undefined) return false;
  try {
    process.kill(Number(owner), 0);
    return false;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'ESRCH';
  }
}

function exportError(cause: unknown, folder: string): GlotError {
  const { code = String(cause), path } = cause as NodeJS.ErrnoException;
  return new GlotError(
    'index.export',
    `cannot export into ${folder}: ${explain(code, path ?? folder)}; nothing was left there`,
    {
      cause,
      details: { folder, code },
    },
  );
}

function explain(code: string, path: string): string {
  if (code === 'ENOSPC' || code === 'EDQUOT') return `no space is left (${code}); free some, or choose another folder`;
  if (code === 'EFBIG') return 'a file would grow over the limit that is set for its size (EFBIG)';
  if (code === 'EACCES' || code === 'EPERM' || code === 'EROFS') return `the folder cannot be written (${code})`;
  if (code === 'EEXIST' || code === 'ENOTDIR') return `${path} is a file, not a folder`;
  if (code === 'EISDIR') return `${path} is a folder where a file is to stand`;
  return code;
}
