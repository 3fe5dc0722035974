import { GlotError } from '@glot/errors';
import { readRegularBytes } from './regular-file.js';

/** @throws GlotError `lfm2.not-found` where there is no such file, `lfm2.json` where it is not JSON */
export async function readJson(path: string): Promise<unknown> {
  return parseJson(await readJsonBytes(path), path);
}

/** The bytes of a file that a checkpoint needs. @throws GlotError `lfm2.not-found` */
export async function readJsonBytes(path: string): Promise<Buffer> {
  try {
    return await readRegularBytes(path);
  } catch (cause) {
    const { message } = cause as Error;
    throw new GlotError('lfm2.not-found', `${message}; a checkpoint folder must hold it`, { cause, details: { path } });
  }
}

/** @throws GlotError `lfm2.json` */
export function parseJson(bytes: Buffer, path: string): unknown {
  try {
    return JSON.parse(bytes.toString('utf8'));
  } catch (cause) {
    throw new GlotError('lfm2.json', `${path} is not JSON; fetch it again`, { cause, details: { path } });
  }
}
