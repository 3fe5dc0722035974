import { GlotError, throwIfAborted } from '@glot/errors';
import { sliceTexts, type TokenVectors } from '@glot/kernels';
import { byPath } from '../by-path.js';
import { documentMatches } from '../filter/document-filter.js';
import { placesWithin } from '../places.js';
import type { LanguageShare } from '../ranking/common-words.js';
import { NO_WORDS } from '../ranking/evidence.js';
import { alone, depthFor, fuse, type ScoredPassage, settleTies, type TieOrder } from '../ranking/fusion.js';
import { matchRows } from '../ranking/row-matches.js';
import { rowWeights, weighted } from '../ranking/row-weights.js';
import { planSearch, rowsAsked } from '../ranking/search-request.js';
import { TopK } from '../ranking/top-k.js';
import type {
  DocumentEntry,
  DocumentInput,
  DocumentNotes,
  DocumentVectors,
  EncoderIdentity,
  FileLedger,
  FormatReading,
  Hit,
  IndexChange,
  IndexProblem,
  IndexStats,
  MultivectorIndex,
  OptimizeReport,
  PassageId,
  PassagePlace,
  PreparedVectors,
  RepairReport,
  RowMatch,
  SearchRequest,
  StoredDocument,
} from '../types.js';
import { checkEncoder, checkPrepared, checkVectors, isPrepared } from '../vector-checks.js';
import { correctedHit } from '../words/corrections.js';
import { LEAST_SHARE, QUERY_LANGUAGES, wordsOfPassage } from '../words/passage-words.js';
import { phrasesMatch, phrasesOf } from '../words/phrases.js';
import { MemoryLedger } from './memory-ledger.js';
import { maxBm25OfWords, rankByWords, type WordedText } from './memory-lexical.js';
import { type MemoryQuery, memoryQuery } from './memory-query.js';

export interface MemoryIndexOptions {
  readonly encoder: EncoderIdentity;
}

interface Kept {
  readonly id: number;
  readonly firstPassage: number;
  readonly document: DocumentInput;
  /** f32, as they came. */
  readonly vectors: TokenVectors;
}

interface PreparedRows extends PreparedVectors {
  readonly data: Float32Array;
}

function joined(prepared: readonly PreparedRows[], dim: number): TokenVectors {
  const offsets = new Uint32Array(prepared.length + 1);
  prepared.forEach(({ rows }, text) => {
    offsets[text + 1] = offsets[text]! + rows;
  });
  const data = new Float32Array(offsets[prepared.length]! * dim);
  prepared.forEach((one, text) => {
    data.set(one.data, offsets[text]! * dim);
  });
  return { data, offsets, dim };
}

/** What the passages of a document are found by: its own index in `document.passages`. */
interface Passage {
  readonly id: number;
  readonly stored: Kept;
  readonly index: number;
}

/**
 * The same contract in memory, by the plain definition: f32 dot products, BM25 from counts, no index at all. The truth
 * that other implementations are held against, and handy in tests of what stands above.
 */
export function createMemoryIndex(options: MemoryIndexOptions): MultivectorIndex {
  return new MemoryIndex(options.encoder);
}

const NAME = '(memory)';

class MemoryIndex implements MultivectorIndex {
  readonly encoder: EncoderIdentity;
  #documents = new Map<string, Kept>();
  #files = new MemoryLedger();
  #nextDocument = 1;
  #nextPassage = 1;
  #closed = false;

  constructor(encoder: EncoderIdentity) {
    this.encoder = encoder;
  }

  requireEncoder(encoder: EncoderIdentity): void {
    checkEncoder(NAME, this.encoder, encoder);
  }

  get ledger(): FileLedger {
    const opened = <T>(action: () => Promise<T>): Promise<T> => this.#opened(action);
    return {
      files: () => opened(() => this.#files.files()),
      filesAt: (paths) => opened(() => this.#files.filesAt(paths)),
      skippedFiles: () => opened(() => this.#files.skippedFiles()),
      roots: () => opened(() => this.#files.roots()),
      write: (changes) => this.write(changes),
    };
  }

  async upsert(document: DocumentInput, vectors: DocumentVectors): Promise<number> {
    await this.write([{ kind: 'upsert', document, vectors }]);
    return this.#documents.get(document.path)!.id;
  }

  async prepare(vectors: TokenVectors): Promise<PreparedVectors[]> {
    const texts = vectors.offsets.length - 1;
    checkVectors(vectors, texts, this.encoder, 'these texts');
    return Array.from({ length: texts }, (_, text) => {
      const { data } = sliceTexts(vectors, text, 1);
      return { rows: data.length / vectors.dim, data: data.slice() } satisfies PreparedRows;
    });
  }

  async write(changes: readonly IndexChange[]): Promise<void> {
    this.#requireOpen();
    const documents = new Map(this.#documents);
    try {
      for (const change of changes) this.#change(change);
    } catch (error) {
      this.#documents = documents;
      throw error;
    }
    this.#files.follow(changes);
  }

  async move(from: string, to: string): Promise<boolean> {
    this.#requireOpen();
    if (from === to || !this.#documents.has(from)) return false;
    await this.write([{ kind: 'move', from, to }]);
    return true;
  }

  async delete(path: string): Promise<boolean> {
    this.#requireOpen();
    const known = this.#documents.has(path) || this.#files.has(path);
    await this.write([{ kind: 'delete', path }]);
    return known;
  }

  async get(path: string): Promise<StoredDocument | null> {
    this.#requireOpen();
    return this.#stored(path);
  }

  async getMany(paths: Iterable<string>): Promise<Map<string, StoredDocument>> {
    this.#requireOpen();
    return new Map([...paths].flatMap((path) => this.#stored(path) ?? []).map((document) => [document.path, document]));
  }

  async locate(passageId: PassageId): Promise<PassagePlace | null> {
    this.#requireOpen();
    const passage = [...this.#passages()].find(({ id }) => id === passageId);
    return passage ? { path: passage.stored.document.path, passage: passage.index } : null;
  }

  async list(): Promise<DocumentEntry[]> {
    this.#requireOpen();
    const entries = [...this.#documents.values()].map(({ id, document }): DocumentEntry => {
      const { path, contentHash, sizeBytes, modifiedMs, format, title, lang, passages } = document;
      return { id, path, contentHash, sizeBytes, modifiedMs, format, title, lang, passages: passages.length };
    });
    return entries.sort(byPath);
  }

  async notedDocuments(): Promise<DocumentNotes[]> {
    this.#requireOpen();
    const noted = [...this.#documents.values()].flatMap(({ document: { path, notes = [] } }) =>
      notes.length > 0 ? [{ path, notes: structuredClone(notes) }] : [],
    );
    return noted.sort((a, b) => (a.path < b.path ? -1 : 1));
  }

  async formatReadings(): Promise<FormatReading[]> {
    this.#requireOpen();
    const counts = new Map<string, FormatReading>();
    for (const { document } of this.#documents.values()) {
      const { format, formatVersion: version = null } = document;
      const key = `${format} ${version === null ? '' : String(version).padStart(9)}`;
      counts.set(key, { format, version, documents: (counts.get(key)?.documents ?? 0) + 1 });
    }
    return [...counts].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, reading]) => reading);
  }

  async search(request: SearchRequest): Promise<Hit[]> {
    this.#requireOpen();
    const { limit, text, vectors, rows, unread, filter, signal } = planSearch(request, this.encoder);
    throwIfAborted(signal);
    const passages = new Map([...this.#passages()].map((passage) => [passage.id, passage]));
    const depth = depthFor(limit);
    const order = orderOf(passages);
    const phrases = filter && phrasesOf(filter);
    const worded = text === null && !phrases && !rows ? [] : this.#words(passages);
    const holding = phrases && new Set(worded.flatMap(({ id, words }) => (phrasesMatch(phrases, words) ? [id] : [])));
    const matches = ({ id, stored }: Passage) =>
      filter === null || (documentMatches(filter, stored.document) && holding?.has(id) !== false);
    const candidates = [...passages.values()].filter(matches);
    const query = this.#query(text ?? rows?.text ?? '', worded);
    const meant = vectors && rows ? weighted(vectors, rowWeights(rows, query.rarities())) : vectors;
    const semantic = meant && rankByVectors(meant, depth, candidates, order);
    const everyone = text === null ? null : rankByWords(query.words, worded);
    const allowed = everyone?.filter(({ passageId }) => matches(passages.get(passageId)!));
    const lexical = allowed ? settleTies(allowed, order).slice(0, depth) : null;
    const maxBm25 = lexical ? maxBm25OfWords(query.words, worded) : 0;
    const told = text === null ? NO_WORDS : { ...query.facts, maxBm25 };
    const facts = { passages: candidates.length, unread, ...told, ...(filter && { known: 0 }) };
    const found =
      semantic && lexical
        ? fuse(semantic, lexical, facts, order)
        : semantic
          ? alone(semantic, 'semantic', facts)
          : alone(lexical ?? [], 'lexical', facts);
    return found.slice(0, limit).map(({ passageId, score, components, parts }, index) => {
      const { stored, index: at } = passages.get(passageId)!;
      const passage = stored.document.passages[at]!;
      const hit = {
        rank: index + 1,
        score,
        passageId,
        documentId: stored.id,
        path: stored.document.path,
        title: stored.document.title,
        ...structuredClone(passage),
        places: placesWithin(stored.document.places ?? [], passage.start, passage.end),
        parts,
        components,
      };
      return correctedHit(hit, query.corrections);
    });
  }

  async stats(): Promise<IndexStats> {
    this.#requireOpen();
    const documents = [...this.#documents.values()];
    return {
      documents: documents.length,
      passages: documents.reduce((sum, { document }) => sum + document.passages.length, 0),
      tokens: documents.reduce((sum, { vectors }) => sum + vectors.data.length / vectors.dim, 0),
      skipped: this.#files.skips,
      fileBytes: 0,
      encoder: this.encoder,
      languages: countOf(documents.map(({ document }) => document.lang ?? 'und')),
      formats: countOf(documents.map(({ document }) => document.format)),
      formatVersion: 0,
      unchecked: 0,
      partitions: null,
    };
  }

  async explain(
    passageId: PassageId,
    query: TokenVectors,
    asked?: Pick<SearchRequest, 'text' | 'reading'>,
  ): Promise<RowMatch[] | null> {
    this.#requireOpen();
    checkVectors(query, 1, this.encoder, 'the query');
    const passages = new Map([...this.#passages()].map((passage) => [passage.id, passage]));
    const passage = passages.get(Number(passageId));
    if (!passage) return null;
    const rows = rowsAsked(query, asked);
    const weights = rows && rowWeights(rows, this.#query(rows.text, this.#words(passages)).rarities());
    const stored = rowsOf(passage, query.dim);
    return stored.length > 0 ? matchRows(query, stored, weights) : null;
  }

  /** Nothing is ever due. */
  async optimize(): Promise<OptimizeReport> {
    this.#requireOpen();
    return { partitions: 'none', recoded: 0 };
  }

  async check(): Promise<IndexProblem[]> {
    this.#requireOpen();
    return [];
  }

  async repair(): Promise<RepairReport> {
    this.#requireOpen();
    return { problems: [], removed: [], partitionsDropped: false, whole: true };
  }

  async close(): Promise<void> {
    this.#closed = true;
  }

  #change(change: IndexChange): void {
    switch (change.kind) {
      case 'upsert':
        this.#upsert(change.document, change.vectors);
        break;
      case 'delete':
        this.#documents.delete(change.path);
        return;
      case 'move': {
        const stored = this.#documents.get(change.from);
        if (change.from === change.to || !stored) return;
        this.#documents.delete(change.from);
        this.#documents.set(change.to, { ...stored, document: { ...stored.document, path: change.to } });
        return;
      }
      case 'stamp': {
        const { path, ...stamp } = change.stamp;
        const stored = this.#documents.get(path);
        if (stored) this.#documents.set(path, { ...stored, document: { ...stored.document, ...stamp } });
      }
    }
  }

  #upsert({ shortfall: _, ...document }: DocumentInput, given: DocumentVectors): void {
    const { path, passages } = document;
    if (isPrepared(given)) checkPrepared(given.length, passages.length, path);
    const vectors = isPrepared(given) ? joined(given as readonly PreparedRows[], this.encoder.dim) : given;
    checkVectors(vectors, passages.length, this.encoder, path);
    const copy = { ...vectors, data: vectors.data.slice(), offsets: vectors.offsets.slice() };
    const kept = { id: this.#nextDocument++, firstPassage: this.#nextPassage, vectors: copy };
    this.#nextPassage += passages.length;
    this.#documents.set(path, { ...kept, document: structuredClone(document) });
  }

  #stored(path: string): StoredDocument | null {
    const stored = this.#documents.get(path);
    if (!stored) return null;
    const { passages, ...document } = structuredClone(stored.document);
    const { id, firstPassage } = stored;
    return { ...document, id, passages: passages.map((passage, at) => ({ id: firstPassage + at, ...passage })) };
  }

  async #opened<T>(action: () => Promise<T>): Promise<T> {
    this.#requireOpen();
    return action();
  }

  #words(passages: ReadonlyMap<number, Passage>): WordedText[] {
    return [...passages.values()].map(({ id, stored: { document }, index }) => ({
      id,
      words: wordsOfPassage(document, document.passages[index]!),
    }));
  }

  #query(text: string, worded: readonly WordedText[]): MemoryQuery {
    return memoryQuery(text, worded, this.#languages(), [...this.#documents.values()]);
  }

  #languages(): LanguageShare[] {
    const { size } = this.#documents;
    const counts = countOf([...this.#documents.values()].flatMap(({ document: { lang } }) => lang ?? []));
    const common = Object.entries(counts).filter(([, documents]) => documents >= LEAST_SHARE * size);
    common.sort(([one, ones], [other, others]) => others - ones || (one < other ? -1 : 1));
    return common.slice(0, QUERY_LANGUAGES).map(([lang, documents]) => ({ lang, share: documents / size }));
  }

  *#passages(): Generator<Passage> {
    for (const stored of this.#documents.values()) {
      for (let index = 0; index < stored.document.passages.length; index += 1) {
        yield { id: stored.firstPassage + index, stored, index };
      }
    }
  }

  #requireOpen(): void {
    if (this.#closed) throw new GlotError('index.closed', `the index ${NAME} was closed; make it again`);
  }
}

// By path, then by place.
function orderOf(passages: ReadonlyMap<number, Passage>): TieOrder {
  return (ids) =>
    ids.toSorted((a, b) => {
      const [one, other] = [passages.get(a)!, passages.get(b)!];
      return byPath(one.stored.document, other.stored.document) || one.index - other.index;
    });
}

function rankByVectors(
  query: TokenVectors,
  depth: number,
  passages: Iterable<Passage>,
  order: TieOrder,
): ScoredPassage[] {
  const { data, dim } = query;
  const queryRows = data.length / dim;
  const top = new TopK(depth);
  for (const passage of passages) {
    const rows = rowsOf(passage, dim);
    if (rows.length > 0 && queryRows > 0) top.add(passage.id, sumOfMaxima(data, rows, dim) / queryRows);
  }
  return top.sorted(order);
}

function rowsOf({ stored: { vectors }, index }: Passage, dim: number): Float32Array {
  return vectors.data.subarray(vectors.offsets[index]! * dim, vectors.offsets[index + 1]! * dim);
}

// query [q x dim], rows [r x dim]
function sumOfMaxima(query: Float32Array, rows: Float32Array, dim: number): number {
  let sum = 0;
  for (let q = 0; q < query.length; q += dim) {
    let best = -Infinity;
    for (let r = 0; r < rows.length; r += dim) {
      let dot = 0;
      for (let k = 0; k < dim; k += 1) dot += query[q + k]! * rows[r + k]!;
      if (dot > best) best = dot;
    }
    sum += best;
  }
  return sum;
}

function countOf(names: readonly string[]): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const name of names) counts[name] = (counts[name] ?? 0) + 1;
  return counts;
}
