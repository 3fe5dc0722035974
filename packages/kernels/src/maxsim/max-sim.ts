import { GlotError } from '@glot/errors';
import { GraphBuilder, type Value } from '../graph/graph-builder.js';
import { createSession, type GraphSession, type SessionOptions, type TensorValue } from '../session/graph-session.js';
import type { QuantizedRows } from '../types.js';
import { BLOCK_ROWS, SegmentMaxima } from './segment-maxima.js';

/**
 * Exact late interaction. The score of a text is the sum, over the rows of the query, of the best dot product with any
 * row of the text. Texts are ragged and never padded, so negative similarities count as they are.
 * A text without rows scores -Infinity. A score is the same to the last bit wherever the text stands, and with any number
 * of threads. Calls may overlap; the arrays of a call must not change until it ends.
 */
export interface MaxSim {
  readonly dim: number;
  /**
   * @param query [queryRows x dim]
   * @param offsets length texts + 1, ascending; the rows of text i are `offsets[i] .. offsets[i + 1]`
   * @returns [texts]
   * @throws GlotError `kernels.shape`, `kernels.not-finite` (query), `kernels.disposed`
   */
  score(query: Float32Array, queryRows: number, documents: QuantizedRows, offsets: Uint32Array): Promise<Float32Array>;
  /** As `score`, for rows in f32 [rows x dim]. Rows are trusted to be finite: one that holds NaN is never the best. */
  scoreFloat(
    query: Float32Array,
    queryRows: number,
    documents: Float32Array,
    offsets: Uint32Array,
  ): Promise<Float32Array>;
  /** Frees native memory. Safe to call twice. */
  dispose(): Promise<void>;
}

export interface MaxSimOptions extends SessionOptions {
  /** Length of a row. */
  readonly dim: number;
}

/** Rows per run at most; with 32 query rows a tile and its scores stay within a few MB of cache. */
const TILE_ROWS = 4096;
const TILE_SCORES = TILE_ROWS * 32;

const MIN_TILE_ROWS = 256;

/** Query rows are filled up with zero rows to a multiple of this; their scores are never read. */
const QUERY_STEP = 8;

export async function createMaxSim(options: MaxSimOptions): Promise<MaxSim> {
  const { dim } = options;
  if (!Number.isInteger(dim) || dim < 1) throw new GlotError('kernels.shape', `a row cannot have ${dim} columns`);
  const codes = await createSession(tileGraph(dim, 'i8'), options);
  try {
    return new TiledMaxSim(dim, codes, await createSession(tileGraph(dim, 'f32'), options));
  } catch (error) {
    await codes.dispose();
    throw error;
  }
}

// rows [4b, dim] (codes with scales [4b, 1], or f32) times query [dim, q] -> scores [4b, q] and, for JavaScript to
// read a quarter only, the maxima of every four rows [b, q].
function tileGraph(dim: number, type: 'i8' | 'f32') {
  const graph = new GraphBuilder();
  const query = graph.input('query', 'f32', [dim, 'q']);
  const rows = graph.input('rows', type, ['r', dim]);
  const scores = type === 'f32' ? graph.node('MatMul', [rows, query]) : scaledProduct(graph, rows, query);
  const width = graph.node('Shape', [query], { attributes: { start: 1 } });
  const shape = graph.node('Concat', [graph.ints([-1, BLOCK_ROWS]), width], { attributes: { axis: 0 } });
  const blocks = graph.node('ReduceMax', [graph.node('Reshape', [scores, shape]), graph.ints([1])], {
    attributes: { keepdims: 0 },
  });
  graph.output('scores', scores, 'f32', ['r', 'q']);
  graph.output('blocks', blocks, 'f32', ['b', 'q']);
  return graph.build(`maxsim-${type}`);
}

function scaledProduct(graph: GraphBuilder, codes: Value, query: Value): Value {
  const numbers = graph.node('Cast', [codes], { attributes: { to: 1 } });
  return graph.node('Mul', [graph.node('MatMul', [numbers, query]), graph.input('scales', 'f32', ['r', 1])]);
}

class TiledMaxSim implements MaxSim {
  readonly dim: number;
  readonly #codes: GraphSession;
  readonly #floats: GraphSession;
  #disposed = false;

  constructor(dim: number, codes: GraphSession, floats: GraphSession) {
    this.dim = dim;
    this.#codes = codes;
    this.#floats = floats;
  }

  async score(query: Float32Array, queryRows: number, documents: QuantizedRows, offsets: Uint32Array) {
    const { codes, scales, dim } = documents;
    if (dim !== this.dim || codes.length !== scales.length * dim) {
      throw new GlotError(
        'kernels.shape',
        `${codes.length} codes with ${scales.length} scales are not rows of ${this.dim} columns`,
      );
    }
    return this.#run(this.#codes, query, queryRows, codes, scales, offsets);
  }

  async scoreFloat(query: Float32Array, queryRows: number, documents: Float32Array, offsets: Uint32Array) {
    return this.#run(this.#floats, query, queryRows, documents, null, offsets);
  }

  async #run(
    session: GraphSession,
    query: Float32Array,
    queryRows: number,
    rows: Float32Array | Int8Array,
    scales: Float32Array | null,
    offsets: Uint32Array,
  ): Promise<Float32Array> {
    if (this.#disposed) throw new GlotError('kernels.disposed', 'this MaxSim was disposed; make a new one');
    const { dim } = this;
    checkOffsets(offsets, rows.length / dim);
    const width = Math.ceil(queryRows / QUERY_STEP) * QUERY_STEP;
    const queryValue = { data: transposedQuery(query, queryRows, width, dim), shape: [dim, width] };
    const maxima = new SegmentMaxima(offsets, queryRows, width);
    const tileRows = Math.max(
      MIN_TILE_ROWS,
      Math.min(TILE_ROWS, BLOCK_ROWS * Math.floor(TILE_SCORES / width / BLOCK_ROWS)),
    );
    const first = offsets[0]!;
    const last = offsets[offsets.length - 1]!;
    const most = Math.min(tileRows, BLOCK_ROWS * Math.ceil((last - first) / BLOCK_ROWS));
    const scores = new Float32Array(most * width);
    const blocks = new Float32Array((most / BLOCK_ROWS) * width);
    const run = (from: Float32Array | Int8Array, factors: Float32Array | null, count: number, at: number) => {
      const feeds: Record<string, TensorValue> = { query: queryValue, rows: { data: from, shape: [count, dim] } };
      if (factors !== null) feeds.scales = { data: factors, shape: [count, 1] };
      return session.run(feeds, {
        scores: { data: scores.subarray(at * width, (at + count) * width), shape: [count, width] },
        blocks: {
          data: blocks.subarray((at / BLOCK_ROWS) * width, ((at + count) / BLOCK_ROWS) * width),
          shape: [count / BLOCK_ROWS, width],
        },
      });
    };
    for (let start = first; start < last; start += tileRows) {
      const end = Math.min(start + tileRows, last);
      const whole = BLOCK_ROWS * Math.floor((end - start) / BLOCK_ROWS);
      const cut = start + whole;
      if (whole > 0) {
        await run(rows.subarray(start * dim, cut * dim), scales?.subarray(start, cut) ?? null, whole, 0);
      }
      // The same product for the few rows at the end that fill no block: a row's scores do not depend on its place.
      if (cut < end) {
        const tail = rows instanceof Int8Array ? new Int8Array(BLOCK_ROWS * dim) : new Float32Array(BLOCK_ROWS * dim);
        tail.set(rows.subarray(cut * dim, end * dim));
        const factors = scales && new Float32Array(BLOCK_ROWS);
        factors?.set(scales!.subarray(cut, end));
        await run(tail, factors, BLOCK_ROWS, whole);
      }
      maxima.add(scores, blocks, start, end);
    }
    return maxima.finish();
  }

  async dispose(): Promise<void> {
    this.#disposed = true;
    await Promise.all([this.#codes.dispose(), this.#floats.dispose()]);
  }
}

// [queryRows x dim] -> [dim x width], zero columns at the end
function transposedQuery(query: Float32Array, queryRows: number, width: number, dim: number): Float32Array {
  if (!Number.isInteger(queryRows) || queryRows < 1 || query.length !== queryRows * dim) {
    throw new GlotError(
      'kernels.shape',
      `a query of ${query.length} numbers is not ${queryRows} rows of ${dim} columns`,
    );
  }
  const transposed = new Float32Array(dim * width);
  for (let row = 0; row < queryRows; row += 1) {
    for (let column = 0; column < dim; column += 1) {
      const value = query[row * dim + column]!;
      if (!Number.isFinite(value)) {
        throw new GlotError('kernels.not-finite', `row ${row} of the query holds ${value}; encode the query again`);
      }
      transposed[column * width + row] = value;
    }
  }
  return transposed;
}

function checkOffsets(offsets: Uint32Array, rows: number): void {
  let valid = offsets.length >= 1 && Number.isInteger(rows) && offsets[offsets.length - 1]! <= rows;
  for (let text = 1; valid && text < offsets.length; text += 1) valid = offsets[text - 1]! <= offsets[text]!;
  if (!valid) {
    throw new GlotError('kernels.shape', `the ${offsets.length} offsets do not divide ${rows} rows into texts`, {
      details: { offsets: offsets.length, rows },
    });
  }
}
