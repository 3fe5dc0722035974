export { type DocumentPaths, documentPaths } from './document-path.js';
export type { TokenMatch } from './explanation.js';
export { type AskOptions, type Glot, type OpenGlotOptions, openGlot, type QueryOptions } from './open-glot.js';
export type { SkippedInSync, SyncOptions, SyncProgress, SyncReport } from './types.js';
