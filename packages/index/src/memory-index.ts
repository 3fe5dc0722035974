import { GlotError, throwIfAborted } from '@glot/errors';
import { sliceTexts, type TokenVectors } from '@glot/kernels';
import { documentMatches } from './document-filter.js';
import { alone, depthFor, fuse, type Ranked, settleTies, type TieOrder } from './fusion.js';
import { attainableByWords, rankByWords } from './memory-lexical.js';
import { placesWithin } from './places.js';
import { matchRows } from './row-matches.js';
import { planSearch } from './search-request.js';
import { TopRanked } from './top-ranked.js';
import type {
  CompactReport,
  DocumentInput,
  DocumentNotes,
  EncoderIdentity,
  FileStamp,
  FormatReading,
  Hit,
  IndexProblem,
  IndexStats,
  MultivectorIndex,
  PreparedVectors,
  RepairReport,
  RowMatch,
  SearchRequest,
  SkippedInput,
  StoredFile,
} from './types.js';
import { checkEncoder, checkPrepared, checkVectors, isPrepared } from './vector-checks.js';

export interface MemoryIndexOptions {
  readonly encoder: EncoderIdentity;
}

interface StoredDocument {
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
  readonly stored: StoredDocument;
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
  #documents = new Map<string, StoredDocument>();
  #skipped = new Map<string, SkippedInput>();
  #nextDocument = 1;
  #nextPassage = 1;
  #closed = false;

  constructor(encoder: EncoderIdentity) {
    this.encoder = encoder;
  }

  requireEncoder(encoder: EncoderIdentity): void {
    checkEncoder(NAME, this.encoder, encoder);
  }

  upsert(document: DocumentInput, vectors: TokenVectors | readonly PreparedVectors[]): number {
    this.#requireOpen();
    if (isPrepared(vectors)) {
      checkPrepared(vectors.length, document.passages.length, document.path);
      return this.upsert(document, joined(vectors as readonly PreparedRows[], this.encoder.dim));
    }
    checkVectors(vectors, document.passages.length, this.encoder, document.path);
    this.delete(document.path);
    const { shortfall, ...kept } = document;
    const id = this.#nextDocument++;
    const copy = { ...vectors, data: vectors.data.slice(), offsets: vectors.offsets.slice() };
    const firstPassage = this.#nextPassage;
    this.#nextPassage += document.passages.length;
    this.#documents.set(document.path, { id, firstPassage, document: structuredClone(kept), vectors: copy });
    if (shortfall) this.skip({ ...document, ...shortfall }, { keepDocument: true });
    return id;
  }

  prepare(vectors: TokenVectors): PreparedVectors[] {
    const texts = vectors.offsets.length - 1;
    checkVectors(vectors, texts, this.encoder, 'these texts');
    return Array.from({ length: texts }, (_, text) => {
      const { data } = sliceTexts(vectors, text, 1);
      return { rows: data.length / vectors.dim, data: data.slice() } satisfies PreparedRows;
    });
  }

  together<T>(changes: () => T): T {
    this.#requireOpen();
    const [documents, skipped] = [new Map(this.#documents), new Map(this.#skipped)];
    try {
      return changes();
    } catch (error) {
      this.#documents = documents;
      this.#skipped = skipped;
      throw error;
    }
  }

  touch(path: string, sizeBytes: number, modifiedMs: number, changedMs = 0): void {
    this.#requireOpen();
    const stored = this.#documents.get(path);
    if (stored) {
      const document = { ...stored.document, sizeBytes, modifiedMs, changedMs };
      this.#documents.set(path, { ...stored, document });
    }
    const skipped = this.#skipped.get(path);
    if (skipped) this.#skipped.set(path, { ...skipped, sizeBytes, modifiedMs, changedMs });
  }

  touchAll(stamps: readonly FileStamp[]): void {
    for (const { path, sizeBytes, modifiedMs, changedMs } of stamps) this.touch(path, sizeBytes, modifiedMs, changedMs);
  }

  move(from: string, to: string, sizeBytes: number, modifiedMs: number, changedMs = 0): boolean {
    this.#requireOpen();
    const stored = this.#documents.get(from);
    if (from === to || !stored) return false;
    this.delete(to);
    this.#documents.delete(from);
    const document = { ...stored.document, path: to, sizeBytes, modifiedMs, changedMs };
    this.#documents.set(to, { ...stored, document });
    const skipped = this.#skipped.get(from);
    if (skipped) this.#skipped.set(to, { ...skipped, path: to, sizeBytes, modifiedMs, changedMs });
    this.#skipped.delete(from);
    return true;
  }

  skip(file: SkippedInput, { keepDocument = false } = {}): void {
    this.#requireOpen();
    if (!keepDocument) this.delete(file.path);
    const { path, reason, detail, contentHash, sizeBytes, modifiedMs, changedMs = 0 } = file;
    this.#skipped.set(path, { path, reason, detail, contentHash, sizeBytes, modifiedMs, changedMs });
  }

  unskip(path: string): void {
    this.#requireOpen();
    this.#skipped.delete(path);
  }

  delete(path: string): boolean {
    this.#requireOpen();
    const document = this.#documents.delete(path);
    const skipped = this.#skipped.delete(path);
    return document || skipped;
  }

  get(path: string): (DocumentInput & { readonly id: number }) | null {
    this.#requireOpen();
    const stored = this.#documents.get(path);
    return stored ? { ...structuredClone(stored.document), id: stored.id } : null;
  }

  files(): StoredFile[] {
    this.#requireOpen();
    const documents = [...this.#documents.values()].map(({ document }) =>
      fileOf(document, true, this.#skipped.get(document.path)?.reason ?? null),
    );
    const skipped = [...this.#skipped.values()]
      .filter(({ path }) => !this.#documents.has(path))
      .map((file) => fileOf(file, false, file.reason));
    return [...documents, ...skipped].sort(byPath);
  }

  notedDocuments(): DocumentNotes[] {
    this.#requireOpen();
    const noted = [...this.#documents.values()].flatMap(({ document: { path, notes = [] } }) =>
      notes.length > 0 ? [{ path, notes: structuredClone(notes) }] : [],
    );
    return noted.sort((a, b) => (a.path < b.path ? -1 : 1));
  }

  formatReadings(): FormatReading[] {
    this.#requireOpen();
    const counts = new Map<string, FormatReading>();
    for (const { document } of this.#documents.values()) {
      const { format, formatVersion: version = null } = document;
      const key = `${format} ${version === null ? '' : String(version).padStart(9)}`;
      counts.set(key, { format, version, documents: (counts.get(key)?.documents ?? 0) + 1 });
    }
    return [...counts].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, reading]) => reading);
  }

  skippedFiles(): SkippedInput[] {
    this.#requireOpen();
    return [...this.#skipped.values()].map((file) => ({ ...file })).sort(byPath);
  }

  async search(request: SearchRequest): Promise<Hit[]> {
    this.#requireOpen();
    const { limit, text, vectors, filter, signal } = planSearch(request, this.encoder);
    throwIfAborted(signal);
    const passages = new Map([...this.#passages()].map((passage) => [passage.id, passage]));
    const depth = depthFor(limit);
    const order = orderOf(passages);
    const matches = ({ stored }: Passage) => filter === null || documentMatches(filter, stored.document);
    const semantic = vectors && rankByVectors(vectors, depth, [...passages.values()].filter(matches), order);
    const everyone = text === null ? null : rankByWords(text, this.#words(passages));
    const allowed = everyone?.filter(({ passageId }) => matches(passages.get(passageId)!));
    const lexical = allowed ? settleTies(allowed, order).slice(0, depth) : null;
    const found =
      semantic && lexical
        ? fuse(semantic, lexical, attainableByWords(text!, this.#words(passages)), order)
        : semantic
          ? alone(semantic, 'semantic')
          : alone(lexical ?? [], 'lexical');
    return found.slice(0, limit).map(({ passageId, score, sides }, index) => {
      const { stored, index: at } = passages.get(passageId)!;
      const passage = stored.document.passages[at]!;
      return {
        rank: index + 1,
        score,
        passageId,
        documentId: stored.id,
        path: stored.document.path,
        title: stored.document.title,
        ...structuredClone(passage),
        places: placesWithin(stored.document.places ?? [], passage.start, passage.end),
        sides,
      };
    });
  }

  stats(): IndexStats {
    this.#requireOpen();
    const documents = [...this.#documents.values()];
    return {
      documents: documents.length,
      passages: documents.reduce((sum, { document }) => sum + document.passages.length, 0),
      tokens: documents.reduce((sum, { vectors }) => sum + vectors.data.length / vectors.dim, 0),
      skipped: this.#skipped.size,
      fileBytes: 0,
      encoder: this.encoder,
      languages: countOf(documents.map(({ document }) => document.lang ?? 'und')),
      formats: countOf(documents.map(({ document }) => document.format)),
      formatVersion: 0,
      unchecked: 0,
      cells: null,
    };
  }

  explain(passageId: number, query: TokenVectors): RowMatch[] | null {
    this.#requireOpen();
    checkVectors(query, 1, this.encoder, 'the query');
    const passage = [...this.#passages()].find(({ id }) => id === passageId);
    if (!passage) return null;
    const rows = rowsOf(passage, query.dim);
    return rows.length > 0 ? matchRows(query, rows) : null;
  }

  /** Nothing is ever due. */
  async compact(): Promise<CompactReport> {
    this.#requireOpen();
    return { cells: 'none', recoded: 0 };
  }

  async verify(): Promise<IndexProblem[]> {
    this.#requireOpen();
    return [];
  }

  async repair(): Promise<RepairReport> {
    this.#requireOpen();
    return { problems: [], removed: [], cellsDropped: false, whole: true };
  }

  async close(): Promise<void> {
    this.#closed = true;
  }

  #words(passages: ReadonlyMap<number, Passage>): { id: number; parts: string[] }[] {
    return [...passages.values()].map(({ id, stored: { document }, index }) => {
      const passage = document.passages[index]!;
      const headings = passage.headings.filter((heading) => heading !== document.title);
      return { id, parts: [document.title ?? '', ...headings, passage.text] };
    });
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

function rankByVectors(query: TokenVectors, depth: number, passages: Iterable<Passage>, order: TieOrder): Ranked[] {
  const { data, dim } = query;
  const queryRows = data.length / dim;
  const top = new TopRanked(depth);
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

function fileOf(file: DocumentInput | SkippedInput, indexed: boolean, skipReason: string | null): StoredFile {
  const { path, contentHash, sizeBytes, modifiedMs, changedMs = 0 } = file;
  return { path, contentHash, sizeBytes, modifiedMs, changedMs, indexed, skipReason };
}

// By UTF-8 bytes, as SQLite sorts; JavaScript's own order differs beyond the basic plane.
function byPath(a: { readonly path: string }, b: { readonly path: string }): number {
  return Buffer.compare(Buffer.from(a.path), Buffer.from(b.path));
}

function countOf(names: readonly string[]): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const name of names) counts[name] = (counts[name] ?? 0) + 1;
  return counts;
}
