import { GlotError } from '@glot/errors';
import { readRegularFile } from './regular-file.js';

/** @throws GlotError `lfm2.not-found` where there is no such file, `lfm2.json` where it is not JSON */
export async function readJson(path: string): Promise<unknown> {
  let text: string;
  try {
    text = await readRegularFile(path);
  } catch (cause) {
    const { message } = cause as Error;
    throw new GlotError('lfm2.not-found', `${message}; a checkpoint folder must hold it`, { cause, details: { path } });
  }
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw new GlotError('lfm2.json', `${path} is not JSON; fetch it again`, { cause, details: { path } });
  }
}
