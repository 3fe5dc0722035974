import { setImmediate as turn } from 'node:timers/promises';
import { GlotError, throwIfAborted } from '@glot/errors';
import type { RowStatistics, TokenVectors } from '@glot/kernels';
import type { TextSpan } from '@glot/text';
import { type Batch, batchesOf } from './batches.js';
import type { TokenLayout, TokenRow } from './token-layout.js';
import { checkPoolFactor, poolTokens } from './token-pooling.js';
import type { TrunkRunner } from './trunk-runner.js';
import type { EncodeDocumentsOptions, EncodeOptions, Encoder, EncoderPrecision } from './types.js';

export interface ColbertParts {
  readonly name: string;
  readonly fingerprint: string;
  readonly dim: number;
  readonly documentLength: number;
  readonly precision: EncoderPrecision;
  readonly rowStatistics?: RowStatistics | undefined;
  readonly layout: TokenLayout;
  readonly runner: TrunkRunner;
  /** Tokens of a batch at most. */
  readonly batchTokens: number;
}

/** Characters that are tokenized before other work gets its turn. */
const TOKENISE_CHARACTERS = 20_000;

/** Batches given to each lane of the runner at once: it need not wait for the calling thread, which may be busy, for the next. */
const RUNS_AHEAD = 3;

export class ColbertEncoder implements Encoder {
  readonly name: string;
  readonly dim: number;
  readonly fingerprint: string;
  readonly documentLength: number;
  readonly precision: EncoderPrecision;
  readonly rowStatistics?: RowStatistics;
  readonly #layout: TokenLayout;
  readonly #runner: TrunkRunner;
  readonly #batchTokens: number;
  #disposed: Promise<void> | null = null;

  constructor(parts: ColbertParts) {
    this.name = parts.name;
    this.dim = parts.dim;
    this.fingerprint = parts.fingerprint;
    this.documentLength = parts.documentLength;
    this.precision = parts.precision;
    if (parts.rowStatistics) this.rowStatistics = parts.rowStatistics;
    this.#layout = parts.layout;
    this.#runner = parts.runner;
    this.#batchTokens = parts.batchTokens;
  }

  encodeQueries(texts: readonly string[], options: EncodeOptions = {}): Promise<TokenVectors> {
    return this.#encode(texts, (text) => this.#layout.query(text), options);
  }

  async encodeDocuments(texts: readonly string[], options: EncodeDocumentsOptions = {}): Promise<TokenVectors> {
    const { poolFactor = 1, signal } = options;
    checkPoolFactor(poolFactor);
    const vectors = await this.#encode(texts, (text) => this.#layout.document(text), options);
    return poolTokens(vectors, poolFactor, signal);
  }

  countTokens(text: string): number {
    return this.#layout.count(text);
  }

  tokenOffsets(text: string, kind: 'query' | 'document'): (TextSpan | null)[] {
    return this.#layout.spans(text, kind);
  }

  dispose(): Promise<void> {
    this.#disposed ??= this.#runner.dispose();
    return this.#disposed;
  }

  async #encode(
    texts: readonly string[],
    layOut: (text: string) => TokenRow,
    { signal, onProgress }: EncodeOptions,
  ): Promise<TokenVectors> {
    if (this.#disposed) throw new GlotError('encoder.disposed', 'this encoder was disposed; open it again');
    throwIfAborted(signal);
    const { dim } = this;
    const rows = await layOutAll(texts, layOut, signal);
    const offsets = new Uint32Array(rows.length + 1);
    rows.forEach((row, text) => {
      offsets[text + 1] = offsets[text]! + row.kept.length;
    });
    const data = new Float32Array(offsets[rows.length]! * dim);
    let done = 0;
    const ahead = RUNS_AHEAD * (this.#runner.lanes ?? 1);
    const running: { readonly batch: Batch; readonly vectors: Promise<Float32Array> }[] = [];
    const finish = async () => {
      const { batch, vectors } = running[0]!;
      const made = await vectors;
      running.shift();
      batch.texts.forEach((text, sequence) => {
        const source = made.subarray(sequence * batch.length * dim, (sequence + 1) * batch.length * dim);
        copyKept(source, rows[text]!.kept, data, offsets[text]! * dim, dim);
      });
      done += batch.sequences;
      onProgress?.(done, texts.length);
    };
    try {
      for (const batch of batchesOf(rows, this.#batchTokens)) {
        throwIfAborted(signal);
        const vectors = this.#runner.run(batch);
        vectors.catch(() => {}); // reported when its turn comes
        running.push({ batch, vectors });
        if (running.length >= ahead) await finish();
      }
      while (running.length > 0) {
        throwIfAborted(signal);
        await finish();
      }
    } finally {
      // Who disposes of the encoder after an error must not meet work that is still waiting.
      await Promise.allSettled(running.map(({ vectors }) => vectors));
    }
    throwIfAborted(signal);
    return { data, offsets, dim };
  }
}

async function layOutAll(
  texts: readonly string[],
  layOut: (text: string) => TokenRow,
  signal: AbortSignal | undefined,
): Promise<TokenRow[]> {
  const rows: TokenRow[] = [];
  let characters = 0;
  for (const text of texts) {
    rows.push(layOut(text));
    characters += text.length;
    if (characters < TOKENISE_CHARACTERS) continue;
    characters = 0;
    await turn();
    throwIfAborted(signal);
  }
  return rows;
}

function copyKept(source: Float32Array, kept: readonly number[], target: Float32Array, at: number, dim: number): void {
  let to = at;
  for (const row of kept) {
    // The norm of a row is part of each of its numbers: one tells whether all are finite.
    if (!Number.isFinite(source[row * dim]!)) {
      throw new GlotError('encoder.not-finite', 'the model gave numbers that are not finite; its weights are damaged');
    }
    target.set(source.subarray(row * dim, (row + 1) * dim), to);
    to += dim;
  }
}
