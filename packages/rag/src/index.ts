export {
  calibratedScore,
  calibrationFor,
  EVIDENCE_FEATURES,
  type Evidence,
  type EvidenceCalibration,
  type EvidenceFeature,
} from './answer-evidence.js';
export {
  type AnswerVerification,
  type CheckedCitation,
  type CitationProblem,
  verifyAnswer,
} from './answer-verification.js';
export { ask, foldAnswer } from './ask.js';
export { askStream, DEFAULT_MAX_SENTENCES } from './ask-stream.js';
export {
  type CitationVerdict,
  countWords,
  MINIMUM_QUOTE_WORDS,
  type QuoteClaim,
  verifyCitation,
} from './citation-verification.js';
export type { ContextScores, ScoredContext, SentenceScores } from './context-scores.js';
export { converse, DEFAULT_HISTORY_TOKENS } from './conversation.js';
export { CALIBRATIONS as EVIDENCE_CALIBRATIONS } from './evidence-calibration.js';
export { extractiveGenerator } from './extractive-generator.js';
export { DEFAULT_BUDGET_TOKENS } from './gather.js';
export { type HttpGeneratorOptions, httpGenerator } from './http/http-generator.js';
export { type Lfm2GeneratorOptions, lfm2Generator, type TextModel } from './lfm2/lfm2-generator.js';
export {
  type OpenedGenerator,
  type OpenLfm2GeneratorOptions,
  openLfm2Generator,
} from './lfm2/open-lfm2-generator.js';
export { type PackOptions, packHits } from './packing.js';
export { type AnswerPrompt, answerPrompt, type ChatMessage } from './prompting/answer-prompt.js';
export { CitedText } from './prompting/cited-text.js';
export { neutralLabel, neutralText } from './prompting/neutral-text.js';
export { questionLanguage } from './prompting/question-language.js';
export { rewritePrompt } from './prompting/rewrite-prompt.js';
export { QuoteConstraint } from './quotes/quote-constraint.js';
export { tokenBytes } from './quotes/token-bytes.js';
export { TokenTrie } from './quotes/token-trie.js';
export { DEFAULT_HIT_LIMIT, retrieve } from './retrieve.js';
export type {
  AbstainReason,
  Answer,
  AnswerEvent,
  AnswerGenerator,
  AnswerSentence,
  AnswerTimings,
  AskOptions,
  Citation,
  Conversation,
  ConversationEvent,
  ConversationOptions,
  DraftCitation,
  DraftEvent,
  DraftSentence,
  DroppedHit,
  DropReason,
  EncoderSource,
  GenerationRequest,
  GeneratorUsage,
  PackedContext,
  Packing,
  RejectedClaim,
  RetrieveOptions,
  RewriteRequest,
  Turn,
  TurnEvent,
} from './types.js';
