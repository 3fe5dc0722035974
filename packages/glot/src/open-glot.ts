import { resolve } from 'node:path';
import type { Encoder, EncoderDescription, EncoderModel, EncoderPrecision } from '@glot/encoder';
import { GlotError, isGlotError } from '@glot/errors';
import { type EncoderIdentity, type MultivectorIndex, openIndex, type StoredDocument } from '@glot/index';
import {
  askStream,
  type CheckedCitation,
  converse,
  DEFAULT_HIT_LIMIT,
  foldAnswer,
  type RetrieveOptions,
  retrieve,
  verifyAnswer,
} from '@glot/rag';
import { documentPaths } from './files/document-path.js';
import { eventsOnDisk, hitsOnDisk, statesOnDisk } from './files/on-disk.js';
import type { Glot, GlotReader, OpenGlotOptions } from './glot.js';
import { tokenMatches } from './query/explanation.js';
import { meantFilter } from './query/meant-filter.js';
import { unmatchedPart } from './query/unmatched-filter.js';
import { unreadOf } from './query/unread.js';
import { readEarlier } from './read-earlier.js';
import type { SyncOptions, SyncReport } from './sync/types.js';
import type { AddedText } from './texts/add-texts.js';

/** In place of an index file, for paths. */
const NOWHERE = 'index of the caller';

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
    const { syncFiles } = await import('./sync/sync.js');
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

  const meant = <Options extends RetrieveOptions>(queryOptions: Options): Options =>
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
      const { addTexts } = await import('./texts/add-texts.js');
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
      const { forgetPaths } = await import('./sync/forget.js');
      return forgetPaths(typeof given === 'string' ? [given] : given, { index, paths }, signal);
    },
    async sync(roots, syncOptions) {
      const report = await bring(roots, syncOptions);
      if (report.missing > 0) throw missingDocuments(report);
      return report;
    },
    async *watch(roots, syncOptions = {}) {
      const { syncOnChange } = await import('./sync/watch.js');
      const { knownRoots, namedRoots } = await import('./sync/roots.js');
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
        ask: (question, turn = {}) => eventsOnDisk(conversation.ask(question, meant(turn)), files),
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
