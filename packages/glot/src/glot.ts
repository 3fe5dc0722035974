/**
 * What the front door opens.
 * @module
 */
import type { Encoder, EncoderPrecision } from '@glot/encoder';
import type {
  DocumentNotes,
  Hit,
  IndexStats,
  MultivectorIndex,
  PassageId,
  SearchFilter,
  SkippedInput,
  StorageProfile,
  StoredDocument,
} from '@glot/index';
import type {
  Answer,
  AnswerEvent,
  AnswerVerification,
  AskOptions,
  Conversation,
  ConversationOptions,
  RetrieveOptions,
} from '@glot/rag';
import type { TokenMatch } from './query/explanation.js';
import type { Unread } from './query/unread.js';
import type { ForgetReport } from './sync/forget.js';
import type { SyncOptions, SyncReport } from './sync/types.js';
import type { AddedText } from './texts/add-texts.js';

export interface OpenGlotOptions {
  /**
   * The index file, made where it is missing when opened with `mode: 'write'`; or an index of your own, which whoever made
   * it closes, with the encoder that belongs to it or the embedded model. Then paths are relative to the working folder.
   */
  readonly index: string | MultivectorIndex;
  /** `read` (default) for searching; `write` where documents change. */
  readonly mode?: 'read' | 'write' | undefined;
  /** A folder or .gguf file of a late-interaction model; default: the embedded model. */
  readonly model?: string | undefined;
  /** An encoder of your own in place of a model. Whoever made it disposes of it. */
  readonly encoder?: Encoder | undefined;
  /** How its weights are held; default: as when the index was made, f32 for one that is made. An index keeps to one. */
  readonly precision?: EncoderPrecision | undefined;
  /**
   * With `mode: 'write'`, for an index that is made: tokens are pooled to about one vector in so many, which makes the
   * index as much smaller and takes token by token explanations away. An index keeps its factor. Default 1: none are.
   */
  readonly poolFactor?: number | undefined;
  /** With `mode: 'write'`, for an index that is made: `int8` (default) or `compact`, half the space. */
  readonly profile?: StorageProfile | undefined;
  /** Threads of the compute kernels; default: the physical cores, four at most. */
  readonly threads?: number | undefined;
}

export interface QueryOptions extends RetrieveOptions {
  /** Hits to leave out before these, for pages. Ranks count from the first. Default 0. */
  readonly offset?: number | undefined;
  /**
   * Looks only among documents that match. Paths are meant as `displayPath` shows them, as absolute paths or as they are
   * stored; languages by code or name (`de`, `de-AT`, `German`).
   * @throws GlotError `glot.filter` for a language that there is not
   */
  readonly filter?: SearchFilter | undefined;
}

/** An open index with its encoder, for searching and asking: what applications hold on to. */
export interface GlotReader extends AsyncDisposable {
  search(query: string, options?: QueryOptions): Promise<Hit[]>;
  /** `filter` as that of `search`. */
  ask(question: string, options?: AskOptions): Promise<Answer>;
  /** The same, event by event. */
  askStream(question: string, options?: AskOptions): AsyncIterable<AnswerEvent>;
  /** A conversation over this index: follow-ups are understood from what was asked before. Nothing of it is stored. */
  converse(options?: ConversationOptions): Conversation;
  /** A document as it is stored, by its path as `displayPath` shows it, absolute or stored; null where there is none. */
  get(path: string): Promise<StoredDocument | null>;
  /** The passage of a hit, by `Hit.passageId` (`id` in JSON), and the document around it; null where it is there no longer. */
  getPassage(id: PassageId): Promise<{ readonly document: StoredDocument; readonly passage: number } | null>;
  /**
   * Checks an answer made elsewhere, as parsed from what `glot ask --json` prints, against the stored documents.
   * @throws GlotError `rag.answer-shape`
   */
  verify(answer: unknown): Promise<AnswerVerification>;
  /** For each hit, the best token of its passage for each token of the query; null where a passage has no vectors. */
  explain(query: string, hits: readonly Hit[], signal?: AbortSignal): Promise<(TokenMatch[] | null)[]>;
  /** What of the query and most of the index the encoder does not read, so that words alone find; null where it reads both. */
  unread(query: string): Promise<Unread | null>;
  stats(): Promise<IndexStats>;
  skippedFiles(): Promise<SkippedInput[]>;
  /** What of documents was left out or assumed, by path as stored. */
  notedDocuments(): Promise<DocumentNotes[]>;
  /** Documents that an earlier version of their format's reader read: `force` reads them anew. */
  readEarlier(): Promise<{ readonly format: string; readonly documents: number }[]>;
  /** What of a filter no document can match, in words, for where nothing was found; null where each part may. */
  unmatched(filter: SearchFilter): Promise<string | null>;
  /** The path to show for a stored one: relative to the working folder where it lies below it. */
  displayPath(path: string): string;
  close(): Promise<void>;
}

/** One that changes documents, too. */
export interface Glot extends GlotReader {
  /**
   * Brings the index in step with files and folders, which it remembers: null means all that it knows, each looked at as
   * it was last (`WalkedAs`). Of those, one that is not there keeps its documents (`SyncReport.absent`).
   * @throws GlotError `glot.missing-documents`, once everything else is done, where it kept documents that are gone since
   * they are so many (`SyncOptions.deleteMissing`); `details.report` says what was done
   */
  sync(paths: readonly string[] | null, options?: SyncOptions): Promise<SyncReport>;
  /**
   * Syncs now and after every change below the paths, until the signal fires (an `AbortError`) or the loop is left.
   * Where `sync` would throw for missing documents, the report says how many (`missing`).
   */
  watch(paths: readonly string[] | null, options?: SyncOptions): AsyncIterable<SyncReport>;
  /**
   * Adds texts that are no files, or replaces those of the same ids: found like documents, and left alone by `sync`.
   * All of one call become searchable at once.
   * @throws GlotError `glot.text`
   * @example
   * await glot.add({ id: 'faq/2', text: '資料館は毎朝十時に開館します。', title: '開館時間', fields: { topic: 'visit' } });
   */
  add(texts: AddedText | readonly AddedText[], options?: { readonly signal?: AbortSignal | undefined }): Promise<void>;
  /**
   * Takes files and folders out, there or not, with all below them, and off the list of what `sync(null)` reads. Nothing
   * is read.
   * @throws GlotError `glot.not-indexed` where nothing is known of one; then nothing is changed
   */
  forget(
    paths: string | readonly string[],
    options?: { readonly signal?: AbortSignal | undefined },
  ): Promise<ForgetReport>;
  /** Takes documents out, by id or path; a file that is still there comes back with the next sync. @returns how many there were */
  delete(ids: string | readonly string[]): Promise<number>;
}
