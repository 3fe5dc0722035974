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
