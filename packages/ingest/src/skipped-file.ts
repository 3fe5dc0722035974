import type { Refusal } from './skip-reasons.js';
import type { FileEntry, IngestOutcome } from './types.js';

/** The outcome of a file that is left out. */
export const skippedFile = ({ path }: FileEntry, { reason, detail }: Refusal): IngestOutcome => ({
  status: 'skipped',
  skipped: { path, reason, detail },
});
