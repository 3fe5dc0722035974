import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { Worker } from 'node:worker_threads';
import type { RowTable, TokenVectors } from '@glot/kernels';
import type { CentroidTree } from '../ivf/centroid-tree.js';
import { type DocumentWords, type WordedText, wordsOfDocument } from './document-words.js';
import type { PreparingAnswer, PreparingRequest } from './preparing-protocol.js';
import { RowCoding, type TableRows } from './row-coding.js';

/** The built entry; there is none beside the TypeScript sources, which a thread cannot run. */
const ENTRY = new URL('./preparing-worker.js', import.meta.url);

/** Rows that come before the thread is started: a few changed files are done without. */
const START_ROWS = 65_536;

/** Rows that the thread is given at a time, unless one text has more: copies of more would be held while they wait. */
const PART_ROWS = 4_096;

/** The thread ends once there was nothing to do for so long. */
const IDLE_MS = 1_000;

/** Of garbage that the thread may gather; by default it would be 48 MB. */
const YOUNG_MB = 12;

export interface PreparationOptions {
  readonly entry?: URL | undefined;
  readonly startRows?: number | undefined;
  readonly idleMs?: number | undefined;
}

type Settle = (answer: PreparingAnswer | null) => void;

/**
 * What of a document costs time before it is stored, its rows in few bits and the forms of its words, in a thread beside
 * the caller's once there is much of it. The same comes of it in either; a thread that fails is done without.
 */
export class Preparation {
  readonly #table: () => RowTable;
  readonly #entry: URL;
  readonly #startRows: number;
  readonly #idleMs: number;
  #coding: RowCoding | null = null;
  #rows = 0;
  #worker: Worker | null = null;
  /** That the thread has. */
  #tree: CentroidTree | null = null;
  readonly #waiting: Settle[] = [];
  #idle: NodeJS.Timeout | undefined;

  /** @param table asked for when there are rows; it may throw */
  constructor(table: () => RowTable, options: PreparationOptions = {}) {
    const { entry = ENTRY, startRows = START_ROWS, idleMs = IDLE_MS } = options;
    this.#table = table;
    this.#entry = entry;
    this.#startRows = startRows;
    this.#idleMs = idleMs;
  }

  /** @param vectors finite @param tree of the partitions that rows are put into, if any */
  async rows(vectors: TokenVectors, tree: CentroidTree | null): Promise<TableRows[]> {
    this.#rows += vectors.data.length / vectors.dim;
    if (this.#rows >= this.#startRows) this.#start();
    const coded: TableRows[] = [];
    for (const part of partsOf(vectors)) {
      const answer = await this.#rowsByThread(part, tree);
      coded.push(...(answer ?? this.#rowsHere(part, tree)));
    }
    return coded;
  }

  /** Null where there is no thread, or it ended before it answered. */
  async #rowsByThread({ data, offsets, dim }: TokenVectors, tree: CentroidTree | null): Promise<TableRows[] | null> {
    if (!this.#worker) return null;
    // A copy, which the thread is given: a part of a buffer would be sent with all of the buffer.
    const vectors = { data: data.slice(), offsets, dim };
    const request = { kind: 'rows', vectors, ...(tree !== this.#tree && { tree }) } as const;
    this.#tree = tree;
    const answer = await this.#ask(request, [vectors.data.buffer]);
    return answer?.kind === 'rows' ? answer.rows : null;
  }

  #rowsHere(vectors: TokenVectors, tree: CentroidTree | null): TableRows[] {
    this.#coding ??= new RowCoding(this.#table());
    return this.#coding.code(vectors, tree);
  }

  /** Null where the thread is not at work: the caller makes them when it wants them. */
  words(texts: readonly WordedText[]): Promise<DocumentWords[]> | null {
    if (!this.#worker || texts.length === 0) return null;
    return this.#ask({ kind: 'words', texts: texts.map(worded) }).then((answer) =>
      answer?.kind === 'words' ? answer.words : texts.map(wordsOfDocument),
    );
  }

  /** Frees what the thread holds; it is started anew where there is much to do again. */
  async rest(): Promise<void> {
    clearTimeout(this.#idle);
    this.#rows = 0;
    await this.#worker?.terminate();
  }

  #start(): void {
    if (this.#worker || !existsSync(fileURLToPath(this.#entry))) return;
    const resourceLimits = { maxYoungGenerationSizeMb: YOUNG_MB };
    const worker = new Worker(this.#entry, { workerData: this.#table(), execArgv: [], resourceLimits });
    worker.unref();
    worker.on('error', () => {}); // its end is told by `exit`
    worker.on('message', (answer: PreparingAnswer) => this.#waiting.shift()?.(answer));
    worker.on('exit', () => {
      this.#worker = null;
      this.#tree = null;
      for (const settle of this.#waiting.splice(0)) settle(null);
    });
    this.#worker = worker;
  }

  /** Null where there is no thread, or it ended before it answered. */
  async #ask(request: PreparingRequest, transfer: ArrayBuffer[] = []): Promise<PreparingAnswer | null> {
    const worker = this.#worker;
    if (!worker) return null;
    clearTimeout(this.#idle);
    worker.ref();
    const answer = await new Promise<PreparingAnswer | null>((resolve) => {
      this.#waiting.push(resolve);
      worker.postMessage(request, transfer);
    });
    if (this.#waiting.length === 0) {
      worker.unref();
      this.#idle = setTimeout(() => this.rest(), this.#idleMs).unref();
    }
    return answer;
  }
}

/** The same vectors in parts of whole texts. */
function* partsOf({ data, offsets, dim }: TokenVectors): Generator<TokenVectors> {
  const texts = offsets.length - 1;
  let first = 0;
  while (first < texts) {
    let end = first + 1;
    while (end < texts && offsets[end + 1]! - offsets[first]! <= PART_ROWS) end += 1;
    const [from, to] = [offsets[first]!, offsets[end]!];
    const own = offsets.subarray(first, end + 1).map((offset) => offset - from);
    yield { data: data.subarray(from * dim, to * dim), offsets: own, dim };
    first = end;
  }
}

/** What words are made of, and nothing else that would have to be copied: documents come with their texts. */
function worded({ document, passages }: WordedText): WordedText {
  const { path, title, lang, meta } = document;
  return {
    document: { path, title, lang, meta },
    passages: passages.map(({ headings, text, lang: own }) => ({ headings, text, lang: own })),
  };
}
