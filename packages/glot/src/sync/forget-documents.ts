import { openIndex } from '@glot/index';
import { documentPaths } from '../files/document-path.js';
import type { ForgetReport } from './forget.js';

/**
 * Takes files and folders out of an index, there or not, without reading them. No encoder is asked for.
 * @param given as people see paths, or ids of texts that were added
 * @throws GlotError `glot.not-indexed`, before anything is changed, where nothing is known of one; and the index's
 */
export async function forgetDocuments(
  file: string,
  given: readonly string[],
  signal?: AbortSignal,
): Promise<ForgetReport> {
  const { forgetPaths } = await import('./forget.js');
  const index = await openIndex({ file, mode: 'write' });
  try {
    return await forgetPaths(given, { index, paths: documentPaths(file) }, signal);
  } finally {
    await index.close();
  }
}
