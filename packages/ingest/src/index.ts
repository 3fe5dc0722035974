export type {
  DocumentFormat,
  FileEntry,
  IngestedDocument,
  IngestOutcome,
  Passage,
  SkippedFile,
  SkipReason,
} from './types.js';
