export { createMemoryIndex, type MemoryIndexOptions } from './memory-index.js';
export { type OpenIndexOptions, openIndex } from './open-index.js';
export type {
  DocumentInput,
  EncoderIdentity,
  Hit,
  IndexStats,
  MultivectorIndex,
  PassageInput,
  SearchMode,
  SearchRequest,
  SkippedInput,
  StoredFile,
} from './types.js';
