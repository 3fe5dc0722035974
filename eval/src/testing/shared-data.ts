import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

/** Reference data beside the repository; tests that need it are skipped where it is absent. */
export const SHARED_DATA = fileURLToPath(new URL('../../../../shared/data', import.meta.url));

export const hasSharedData = existsSync(SHARED_DATA);

export const SKIP_NOTE = hasSharedData ? '' : ' (skipped: there is no ../shared/data)';
