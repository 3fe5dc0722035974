export { FORMATS, versionOfFormat } from './formats/registry.js';
export { createReader, type DocumentReader, type Unchanged } from './reader.js';
export type { ReaderOptions, ReadLimits } from './reader-options.js';
export { isGone, type SkipKind, skipKind } from './skip-reasons.js';
export { type SplitText, type SplitTextOptions, splitText } from './split-text.js';
export { estimateTokens } from './text/token-estimate.js';
export type {
  BlockSpan,
  DocumentFormat,
  FileEntry,
  IngestedDocument,
  IngestOutcome,
  Note,
  NoteKind,
  Passage,
  Place,
  SkippedFile,
  SkipReason,
} from './types.js';
export { type WalkOptions, type WalkSkip, walkFiles } from './walk/walk-files.js';
export { type WalkFilter, walkFilter } from './walk/walk-filter.js';
