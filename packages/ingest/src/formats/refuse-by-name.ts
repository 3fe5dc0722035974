/**
 * What the name of a file says enough of to leave it unopened. Loads nothing that reads.
 * @module
 */
import type { Refusal } from '../skip-reasons.js';
import type { Format } from './format.js';
import { extensionOf, UNSUPPORTED } from './other/names.js';
import { FORMATS } from './registry.js';

const ALL: readonly Format[] = FORMATS;

/** Whether it is in the name of some format, or of some that is read from `source`. */
export const claims = (extension: string, source?: Format['source']): boolean =>
  ALL.some((format) => (source ?? format.source) === format.source && format.extensions.has(extension));

/** The verdict on files whose name says enough to leave them unopened. */
export function refuseByName(path: string): Refusal | undefined {
  const extension = extensionOf(path);
  const words = claims(extension) ? undefined : UNSUPPORTED.get(extension);
  return words === undefined ? undefined : { reason: 'unsupported-format', detail: `${words} (by its name)` };
}
