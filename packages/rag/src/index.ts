export type {
  Answer,
  AnswerEvent,
  AnswerSentence,
  AnswerTimings,
  AskOptions,
  AskSources,
  Citation,
  RejectedClaim,
} from './answer/answer.js';
export { ask, foldAnswer } from './answer/ask.js';
export { askStream, DEFAULT_MAX_SENTENCES } from './answer/ask-stream.js';
export { DEFAULT_BUDGET_TOKENS } from './answer/retrieve-context.js';
export type { DroppedHit, DropReason, PackedContext, Packing } from './context/packed-context.js';
export { converse, DEFAULT_HISTORY_TOKENS } from './conversation/conversation.js';
export type { Conversation, ConversationEvent, ConversationOptions, TurnEvent } from './conversation/turns.js';
export { calibratedScore, calibrationFor } from './evidence/answer-evidence.js';
export type { ContextScores, ScoredContext, SentenceScores } from './evidence/context-scores.js';
export {
  EVIDENCE_FEATURES,
  type Evidence,
  type EvidenceCalibration,
  type EvidenceFeature,
} from './evidence/evidence.js';
export { CALIBRATIONS as EVIDENCE_CALIBRATIONS } from './evidence/evidence-calibration.js';
export type {
  AbstainReason,
  AnswerGenerator,
  DraftCitation,
  DraftEvent,
  DraftSentence,
  GenerationRequest,
  GeneratorUsage,
  RewriteRequest,
  Turn,
} from './generators/answer-generator.js';
export { extractiveGenerator } from './generators/extractive/extractive-generator.js';
export { type HttpGeneratorOptions, httpGenerator } from './generators/http/http-generator.js';
export { type LocalGeneratorOptions, localGenerator, type TextModel } from './generators/local/local-generator.js';
export {
  type OpenedGenerator,
  type OpenLfm2GeneratorOptions,
  openLfm2Generator,
} from './generators/local/open-lfm2-generator.js';
export { type AnswerPrompt, answerPrompt } from './prompting/answer-prompt.js';
export { CitedText } from './prompting/cited-text.js';
export { escapedLabel, escapeSpecialTokens } from './prompting/escape-special-tokens.js';
export { questionLanguage } from './prompting/question-language.js';
export { readingOf } from './retrieval/query-reading.js';
export { DEFAULT_HIT_LIMIT, retrieve } from './retrieval/retrieve.js';
export type { EncoderSource, RetrieveOptions, RetrieveSources } from './retrieval/retrieve-options.js';
export {
  type AnswerVerification,
  type CheckedCitation,
  type CitationProblem,
  type ClaimedAnswer,
  type ClaimedCitation,
  verifyAnswer,
} from './verification/answer-verification.js';
export {
  type CitationVerdict,
  MINIMUM_QUOTE_WORDS,
  type QuoteClaim,
  verifyCitation,
} from './verification/citation-verification.js';
