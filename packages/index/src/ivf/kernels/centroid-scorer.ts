import { GlotError } from '@glot/errors';
import {
  createSession,
  ELEMENT_TYPES,
  f32Tensor,
  GraphBuilder,
  type GraphSession,
  type SessionOptions,
} from '@glot/kernels';
import { SCORE_LANES } from './score-kernel.js';

/** The highest score. */
export const MAX_CENTROID_SCORE = 127;

/**
 * Dot products of many rows with a few columns in seven bits, sixteen columns to a vector: for rough scores that are
 * looked up millions of times. A score is the product as a share of the greatest one, 0 for all that are not positive.
 */
export interface CentroidScorer {
  readonly dim: number;
  /**
   * @param rows [n x dim]
   * @param columns [dim x m], m a multiple of 16
   * @param into [m / 16 x n x 16] scores
   * @throws GlotError `kernels.shape`, `kernels.disposed`
   */
  multiply(rows: Float32Array, columns: Float32Array, into: Uint8Array): Promise<void>;
  /** Frees native memory. Safe to call twice. */
  dispose(): Promise<void>;
}

export interface CentroidScorerOptions extends SessionOptions {
  /** Length of a row. */
  readonly dim: number;
}

export async function createCentroidScorer(options: CentroidScorerOptions): Promise<CentroidScorer> {
  const { dim } = options;
  if (!Number.isInteger(dim) || dim < 1) throw new GlotError('kernels.shape', `a row cannot have ${dim} columns`);
  return new SessionCentroidScorer(dim, await createSession(packedGraph(dim), options));
}

function packedGraph(dim: number) {
  const graph = new GraphBuilder();
  const rows = graph.input('rows', 'f32', ['n', dim]);
  const products = graph.node('Relu', [graph.node('MatMul', [rows, graph.input('columns', 'f32', [dim, 'm'])])]);
  const greatest = graph.node('ReduceMax', [products], { attributes: { keepdims: 0 } });
  // Never divided by nothing.
  const divisor = graph.node('Max', [greatest, graph.constant(f32Tensor(Float32Array.of(1e-6), []))]);
  const scale = graph.node('Div', [graph.constant(f32Tensor(Float32Array.of(MAX_CENTROID_SCORE), [])), divisor]);
  const scores = graph.node('Cast', [graph.node('Round', [graph.node('Mul', [products, scale])])], {
    attributes: { to: ELEMENT_TYPES.u8.onnx },
  });
  const slices = graph.node('Reshape', [scores, graph.ints([0, -1, SCORE_LANES])]);
  graph.output('scores', graph.node('Transpose', [slices], { attributes: { perm: [1, 0, 2] } }), 'u8', [
    's',
    'n',
    SCORE_LANES,
  ]);
  return graph.build('packed-products');
}

class SessionCentroidScorer implements CentroidScorer {
  readonly dim: number;
  readonly #session: GraphSession;

  constructor(dim: number, session: GraphSession) {
    this.dim = dim;
    this.#session = session;
  }

  async multiply(rows: Float32Array, columns: Float32Array, into: Uint8Array): Promise<void> {
    const { dim } = this;
    const n = rows.length / dim;
    const m = columns.length / dim;
    if (!Number.isInteger(n) || !Number.isInteger(m / SCORE_LANES) || into.length !== n * m) {
      throw new GlotError(
        'kernels.shape',
        `${rows.length} and ${columns.length} numbers are not rows and columns of ${dim}, the columns in sixteens, with ${into.length} products`,
      );
    }
    if (n === 0 || m === 0) return;
    await this.#session.run(
      { rows: { data: rows, shape: [n, dim] }, columns: { data: columns, shape: [dim, m] } },
      { scores: { data: into, shape: [m / SCORE_LANES, n, SCORE_LANES] } },
    );
  }

  dispose(): Promise<void> {
    return this.#session.dispose();
  }
}
