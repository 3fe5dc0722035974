import { resolve } from 'node:path';
import type { Encoder, EncoderDescription, EncoderModel, EncoderPrecision } from '@glot/encoder';
import { GlotError, isGlotError } from '@glot/errors';
import {
  type DocumentInput,
  type DocumentNotes,
  type EncoderIdentity,
  type Hit,
  type IndexStats,
  type MultivectorIndex,
  openIndex,
  type PassageId,
  type SearchFilter,
  type SearchMode,
  type SkippedInput,
  type StorageProfile,
} from '@glot/index';
import {
  type Answer,
  type AnswerEvent,
  type AnswerGenerator,
  type AnswerVerification,
  askStream,
  type CheckedCitation,
  type Conversation,
  type ConversationOptions,
  converse,
  DEFAULT_HIT_LIMIT,
  foldAnswer,
  type AskOptions as RagOptions,
  retrieve,
  verifyAnswer,
} from '@glot/rag';
import type { AddedText } from './add-texts.js';
import { documentPaths } from './document-path.js';
import { type TokenMatch, tokenMatches } from './explanation.js';
import type { ForgetReport } from './forget.js';
import { meantFilter } from './meant-filter.js';
import { eventsOnDisk, hitsOnDisk, statesOnDisk } from './on-disk.js';
import { readEarlier } from './read-earlier.js';
import type { SyncOptions, SyncReport } from './types.js';
import { unmatchedPart } from './unmatched-filter.js';
import { type Unread, unreadOf } from './unread.js';

/** In place of an index file, for paths. */
const NOWHERE = 'index of the caller';

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

export interface QueryOptions {
  /** Default `hybrid`. */
  readonly mode?: SearchMode | undefined;
  /** Hits to return (search) or passages to read (ask); default 10. */
  readonly limit?: number | undefined;
  /** Search: hits to leave out before these, for pages. Ranks count from the first. Default 0. */
  readonly offset?: number | undefined;
  /**
   * Looks only among documents that match. Paths are meant as `displayPath` shows them, as absolute paths or as they are
   * stored; languages by code or name (`de`, `de-AT`, `German`).
   * @throws GlotError `glot.filter` for a language that there is not
   */
  readonly filter?: SearchFilter | undefined;
  readonly signal?: AbortSignal | undefined;
}

export interface AskOptions
  extends Omit<QueryOptions, 'offset'>,
    Pick<RagOptions, 'budgetTokens' | 'maxSentences' | 'minEvidence'> {
  /** Who writes the answer; default: sentences of the documents, word for word. */
  readonly generator?: AnswerGenerator | undefined;
}

/** A document as the index holds it: its text, and the passages that are found, in order. */
export type StoredDocument = DocumentInput;

/** An open index with its encoder, for searching and asking: what applications hold on to. */
export interface GlotReader extends AsyncDisposable {
  search(query: string, options?: QueryOptions): Promise<Hit[]>;
  ask(question: string, options?: AskOptions): Promise<Answer>;
  /** The same, event by event. */
  askStream(question: string, options?: AskOptions): AsyncIterable<AnswerEvent>;
  /** A conversation over this index: follow-ups are understood from what was asked before. Nothing of it is stored. */
  converse(options?: AskOptions & Pick<ConversationOptions, 'historyTokens'>): Conversation;
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

/**
 * Opens an index for searching or for changes. The encoder is loaded at the first call that needs it, so that lexical
 * search and statistics start at once.
 *
 * @throws GlotError `index.not-found`, `index.corrupt`, `index.foreign-encoder`, `index.busy`, ...
 * @example
 * const glot = await openGlot({ index: '.glot/index.db', mode: 'write' });
 * await glot.sync(['docs']);
 * for (const hit of await glot.search('パンの発酵時間')) console.log(hit.score, hit.path, hit.text);
 * await glot.close();
 */
export async function openGlot(options: OpenGlotOptions & { readonly mode: 'write' }): Promise<Glot>;
export async function openGlot(options: OpenGlotOptions & { readonly mode?: 'read' }): Promise<GlotReader>;
export async function openGlot(options: OpenGlotOptions): Promise<Glot> {
  const ownIndex = typeof options.index === 'string' ? null : options.index;
  const paths = documentPaths(ownIndex === null ? (options.index as string) : NOWHERE);
  let encoder: Promise<Encoder> | undefined;
  const { index, model: opened } =
    ownIndex !== null
      ? { index: ownIndex, model: null }
      : options.mode === 'write'
        ? await openToChange(options, options.index as string)
        : { index: await openIndex({ file: options.index as string, mode: 'read' }), model: null };
  let model = opened;
  const pooledBy = index.encoder.poolFactor ?? 1;

  async function loadEncoder(): Promise<Encoder> {
    encoder ??= options.encoder && Promise.resolve(options.encoder);
    encoder ??= openModel();
    const loaded = await encoder;
    index.requireEncoder(identityOf(loaded));
    return loaded;
  }

  async function openModel(): Promise<Encoder> {
    if (model !== null) {
      const first = model;
      model = null;
      return first.load().finally(() => first.close());
    }
    // The code of models is brought in only where one is needed: lexical search starts without it.
    const { openEncoder } = await import('@glot/encoder');
    return openEncoder(modelOptions(options, index.encoder));
  }

  async function releaseEncoder(): Promise<void> {
    if (encoder === undefined || options.encoder) return;
    const loaded = await encoder;
    encoder = undefined;
    await loaded.dispose();
  }

  async function bring(roots: readonly string[] | null, syncOptions?: SyncOptions): Promise<SyncReport> {
    // The readers are loaded only where documents change: searching starts without them.
    const { syncFiles } = await import('./sync.js');
    const context = { index, encoder: loadEncoder, releaseEncoder, poolFactor: pooledBy, paths };
    return syncFiles(roots, context, syncOptions);
  }

  /** @returns by path as it was given */
  async function documentsAt(given: Iterable<string>): Promise<Map<string, StoredDocument>> {
    // Names come back from other programs composed or not.
    const keysOf = (path: string) =>
      [path, path.normalize('NFC'), path.normalize('NFD')].flatMap((one) => [paths.toKey(resolve(one)), one]);
    const keys = new Map(Array.from(given, (path) => [path, keysOf(path)]));
    const stored = await index.getMany(new Set([...keys.values()].flat()));
    const found = new Map<string, StoredDocument>();
    for (const [path, spellings] of keys) {
      const document = spellings.map((key) => stored.get(key)).find((one) => one !== undefined);
      if (document) found.set(path, document);
    }
    return found;
  }

  async function textsAt(given: Iterable<string>): Promise<Map<string, string>> {
    return new Map(Array.from(await documentsAt(given), ([path, { text }]) => [path, text]));
  }

  const files = { ledger: index.ledger, paths };

  async function citationsOnDisk(citations: readonly CheckedCitation[]): Promise<CheckedCitation[]> {
    const documents = await documentsAt(citations.flatMap(({ path }) => path ?? []));
    const states = await statesOnDisk(
      [...documents.values()].map(({ path }) => path),
      files,
    );
    return citations.map((citation) => {
      const onDisk = states.get(documents.get(citation.path ?? '')?.path ?? '');
      return onDisk ? { ...citation, onDisk } : citation;
    });
  }

  const meant = <Options extends QueryOptions>(queryOptions: Options): Options =>
    queryOptions.filter ? { ...queryOptions, filter: meantFilter(queryOptions.filter, paths) } : queryOptions;

  async function close(): Promise<void> {
    if (ownIndex === null) await index.close();
    await model?.close();
    // One that failed to load has said so to its caller.
    const loaded = await encoder?.catch(() => undefined);
    if (loaded !== options.encoder) await loaded?.dispose();
  }

  return {
    async add(texts, { signal } = {}) {
      const { addTexts } = await import('./add-texts.js');
      const given = Array.isArray(texts) ? (texts as readonly AddedText[]) : [texts as AddedText];
      await addTexts(given, { index, encoder: loadEncoder, poolFactor: pooledBy, signal });
    },
    async delete(ids) {
      const given = typeof ids === 'string' ? [ids] : ids;
      const found = await documentsAt(given);
      await index.write(Array.from(found.values(), ({ path }) => ({ kind: 'delete', path })));
      return new Set(Array.from(found.values(), ({ path }) => path)).size;
    },
    async forget(given, { signal } = {}) {
      const { forgetPaths } = await import('./forget.js');
      return forgetPaths(typeof given === 'string' ? [given] : given, { index, paths }, signal);
    },
    async sync(roots, syncOptions) {
      const report = await bring(roots, syncOptions);
      if (report.missing > 0) throw missingDocuments(report);
      return report;
    },
    async *watch(roots, syncOptions = {}) {
      const { syncOnChange } = await import('./watch.js');
      const { knownRoots, namedRoots } = await import('./roots.js');
      const { signal } = syncOptions;
      const watched = roots === null ? knownRoots(await index.ledger.roots(), paths) : namedRoots(roots, syncOptions);
      const source = { roots: watched, isOfIndex: paths.isOfIndex, ...(signal && { signal }) };
      yield* syncOnChange(source, () => bring(roots, syncOptions));
    },
    async search(query, queryOptions = {}) {
      const { offset = 0, limit = DEFAULT_HIT_LIMIT, ...rest } = meant(queryOptions);
      const hits = await retrieve(query, { index, encoder: loadEncoder, ...rest, limit: limit + offset });
      return hitsOnDisk(offset === 0 ? hits : hits.slice(offset), files);
    },
    ask: (question, askOptions = {}) =>
      foldAnswer(eventsOnDisk(askStream(question, { index, encoder: loadEncoder, ...meant(askOptions) }), files)),
    askStream: (question, askOptions = {}) =>
      eventsOnDisk(askStream(question, { index, encoder: loadEncoder, ...meant(askOptions) }), files),
    converse(conversationOptions = {}) {
      const conversation = converse({ index, encoder: loadEncoder, ...meant(conversationOptions) });
      return {
        get turns() {
          return conversation.turns;
        },
        ask: (...turn) => eventsOnDisk(conversation.ask(...turn), files),
        clear: () => conversation.clear(),
      };
    },
    get: async (path) => (await documentsAt([path])).get(path) ?? null,
    async getPassage(id) {
      const place = await index.locate(id);
      const document = place && (await index.get(place.path));
      return document ? { document, passage: place.passage } : null;
    },
    async verify(answer) {
      const { claimedAnswer } = await import('./json/claimed-answer.js');
      const result = await verifyAnswer(claimedAnswer(answer), textsAt);
      return { ...result, citations: await citationsOnDisk(result.citations) };
    },
    async explain(query, hits, signal) {
      const loaded = await loadEncoder();
      const vectors = await loaded.encodeQueries([query], signal === undefined ? {} : { signal });
      const querySpans = loaded.tokenOffsets?.(query, 'query') ?? [];
      const asked = { text: query, reading: { tokenOffsets: querySpans } };
      return Promise.all(
        hits.map(async (hit) => {
          const matches = await index.explain(hit.passageId, vectors, asked);
          return matches && tokenMatches(query, querySpans, hit, matches, pooledBy === 1 ? loaded : null);
        }),
      );
    },
    unread: async (query) => unreadOf(query, await loadEncoder(), (await index.stats()).languages),
    stats: () => index.stats(),
    skippedFiles: () => index.ledger.skippedFiles(),
    notedDocuments: () => index.notedDocuments(),
    readEarlier: async () => readEarlier(await index.formatReadings()),
    unmatched: (filter) => unmatchedPart(meantFilter(filter, paths), filter, index),
    displayPath: (path) => paths.toDisplay(path),
    close,
    [Symbol.asyncDispose]: close,
  };
}

function missingDocuments(report: SyncReport): GlotError {
  return new GlotError(
    'glot.missing-documents',
    `${report.missing} documents, most of what is indexed there, are no longer found and were kept; everything else is up to date`,
    { details: { missing: report.missing, report } },
  );
}

// An index that is there says how its encoder is to be opened, one that is made is told. The files of the model stay
// open, for the encoder that may be needed.
async function openToChange(
  options: OpenGlotOptions,
  file: string,
): Promise<{ index: MultivectorIndex; model: EncoderModel | null }> {
  const { poolFactor, profile } = options;
  const { checkPoolFactor, EncoderModel } = await import('@glot/encoder');
  if (poolFactor !== undefined) checkPoolFactor(poolFactor);
  const place = { file, mode: 'write', ...(profile && { profile }) } as const;
  const found = await openIndex(place).catch((error: unknown) => {
    if (isGlotError(error, 'index.not-found')) return null;
    throw error;
  });
  let model: EncoderModel | null = null;
  try {
    if (!options.encoder) model = await EncoderModel.open(modelOptions(options, found?.encoder ?? null));
    const encoder = {
      ...identityOf(options.encoder ?? (await model!.describe())),
      ...(poolFactor !== undefined && { poolFactor }),
    };
    found?.requireEncoder(encoder);
    return { index: found ?? (await openIndex({ ...place, encoder })), model };
  } catch (error) {
    // What went wrong first is what is told.
    await Promise.allSettled([found?.close(), model?.close()]);
    throw error;
  }
}

function modelOptions({ model, threads, precision }: OpenGlotOptions, stored: EncoderIdentity | null) {
  // The index cannot know which precisions this glot has: `openEncoder` refuses others.
  const held = precision ?? (stored?.precision as EncoderPrecision | undefined);
  return {
    model,
    threads,
    precision: held,
  };
}

function identityOf({ name, fingerprint, dim, precision, rowStatistics }: EncoderDescription): EncoderIdentity {
  return {
    name,
    fingerprint,
    dim,
    ...(precision !== undefined && precision !== 'f32' && { precision }),
    ...(rowStatistics && { rowStatistics }),
  };
}
