export { createMemoryIndex, type MemoryIndexOptions } from './memory-index.js';
export { type OpenIndexOptions, openIndex } from './open-index.js';
export type { StorageProfile } from './sqlite/schema.js';
export type {
  CompactOptions,
  CompactProgress,
  CompactReport,
  DocumentInput,
  EncoderIdentity,
  Hit,
  IndexProblem,
  IndexStats,
  MultivectorIndex,
  PassageInput,
  RepairReport,
  RowMatch,
  SearchFilter,
  SearchMode,
  SearchRequest,
  SkippedInput,
  StoredFile,
} from './types.js';
