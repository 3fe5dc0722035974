import { type FileHandle, open, readFile, stat } from 'node:fs/promises';
import { GlotError } from '@glot/errors';

/**
 * Opens a file of a checkpoint for reading.
 * @throws GlotError `lfm2.not-found` where there is none, or a folder, a pipe or a device in its place
 */
export async function openRegularFile(path: string): Promise<FileHandle> {
  await requireRegular(path);
  return open(path, 'r').catch((cause: unknown) => {
    throw cannotRead(path, cause);
  });
}

/** The bytes of a small file of a checkpoint. @throws GlotError as `openRegularFile` */
export async function readRegularBytes(path: string): Promise<Buffer> {
  await requireRegular(path);
  return readFile(path).catch((cause: unknown) => {
    throw cannotRead(path, cause);
  });
}

// Asked first: opening a pipe would wait for its other end.
async function requireRegular(path: string): Promise<void> {
  const stats = await stat(path).catch((cause: unknown) => {
    throw cannotRead(path, cause);
  });
  if (stats.isFile()) return;
  const what = stats.isDirectory() ? 'a folder' : stats.isFIFO() ? 'a named pipe' : 'no regular file';
  throw new GlotError('lfm2.not-found', `${path} is ${what}; a file of a model must stand there`, {
    details: { path },
  });
}

function cannotRead(path: string, cause: unknown): GlotError {
  const reason = cause instanceof Error ? cause.message : String(cause);
  return new GlotError('lfm2.not-found', `cannot read ${path}: ${reason}`, { cause, details: { path } });
}
