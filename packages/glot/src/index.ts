/**
 * Open an index, keep it in step with folders, search it, ask it. Every type that a caller meets is exported here.
 * @module
 */
export type {
  EncodeDocumentsOptions,
  EncodeOptions,
  Encoder,
  EncoderDescription,
  EncoderPrecision,
} from '@glot/encoder';
export {
  type AnyGlotError,
  GlotError,
  type GlotErrorCode,
  type GlotErrorDetails,
  isAbortError,
  isGlotError,
} from '@glot/errors';
export type {
  BackupReport,
  Correction,
  EncoderIdentity,
  Hit,
  IndexProblem,
  IndexStats,
  MultivectorIndex,
  Place,
  RepairReport,
  SearchFilter,
  SearchMode,
  SkippedInput,
  StorageProfile,
  StoredDocument,
  TransferReport,
} from '@glot/index';
export { backupIndex, exportIndex, importIndex, pageNumber } from '@glot/index';
export type { SplitText, SplitTextOptions } from '@glot/ingest';
export type { TokenVectors } from '@glot/kernels';
export {
  type AbstainReason,
  type Answer,
  type AnswerEvent,
  type AnswerGenerator,
  type AnswerSentence,
  type AnswerVerification,
  type AskOptions,
  type CheckedCitation,
  type Citation,
  type Conversation,
  type ConversationEvent,
  type ConversationOptions,
  type DraftCitation,
  type DraftEvent,
  type DraftSentence,
  extractiveGenerator,
  foldAnswer,
  type GenerationRequest,
  type HttpGeneratorOptions,
  httpGenerator,
  type OpenedGenerator,
  type OpenLfm2GeneratorOptions,
  openLfm2Generator,
  type PackedContext,
  type RetrieveOptions,
  type RewriteRequest,
  type Turn,
  type TurnEvent,
} from '@glot/rag';
export { type DocumentPaths, documentPaths } from './files/document-path.js';
export { requirePaths } from './files/require-paths.js';
export { type DisposableGenerator, type OpenGeneratorOptions, openGenerator } from './generators.js';
export type { Glot, GlotReader, OpenGlotOptions, QueryOptions } from './glot.js';
export { checkIndex, type IndexHealth, repairIndex } from './index-health.js';
export { answerJson, unreadJson } from './json/answer-json.js';
export { eventJson } from './json/event-json.js';
export { type HitShown, hitJson } from './json/hit-json.js';
export type { AnswerJson, CitationJson, ConversationEventJson, EventJson, HitJson } from './json/schemas.js';
export { openGlot } from './open-glot.js';
export type { TokenMatch } from './query/explanation.js';
export { formatsNamed } from './query/meant-filter.js';
export { type ReadQuery, readQuery } from './query/read-query.js';
export type { Unread } from './query/unread.js';
export type { ForgetReport } from './sync/forget.js';
export { forgetDocuments } from './sync/forget-documents.js';
export type { SkippedInSync, SyncOptions, SyncProgress, SyncReport, WalkedAs } from './sync/types.js';
export type { AddedText } from './texts/add-texts.js';
export { splitText } from './texts/split-text.js';
