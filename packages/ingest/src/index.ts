export { createReader, type DocumentReader, type ReaderOptions, type ReadLimits } from './reader.js';
export { estimateTokens } from './text/token-estimate.js';
export type {
  DocumentFormat,
  FileEntry,
  IngestedDocument,
  IngestOutcome,
  Passage,
  Place,
  SkippedFile,
  SkipReason,
} from './types.js';
export { type WalkOptions, walkFiles } from './walk/walk-files.js';
