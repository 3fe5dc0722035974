export {
  type CitationVerdict,
  countWords,
  MINIMUM_QUOTE_WORDS,
  type QuoteClaim,
  verifyCitation,
} from './citation-verification.js';
export { type FoldedText, foldText } from './folded-text.js';
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
