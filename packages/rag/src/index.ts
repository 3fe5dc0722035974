export { ask, DEFAULT_BUDGET_TOKENS, DEFAULT_MAX_SENTENCES } from './ask.js';
export {
  type CitationVerdict,
  countWords,
  MINIMUM_QUOTE_WORDS,
  type QuoteClaim,
  verifyCitation,
} from './citation-verification.js';
export { extractiveGenerator, MIN_EVIDENCE } from './extractive-generator.js';
export { type FoldedText, foldText } from './folded-text.js';
export { type DocumentLookup, type PackOptions, packHits } from './packing.js';
export { DEFAULT_HIT_LIMIT, retrieve } from './retrieve.js';
export type {
  AbstainReason,
  Answer,
  AnswerGenerator,
  AnswerSentence,
  AnswerTimings,
  AskOptions,
  Citation,
  Draft,
  DraftCitation,
  DraftSentence,
  DroppedHit,
  DropReason,
  EncoderSource,
  GenerationRequest,
  PackedContext,
  Packing,
  RetrieveOptions,
} from './types.js';
