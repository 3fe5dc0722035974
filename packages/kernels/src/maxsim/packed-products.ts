import { GlotError } from '@glot/errors';
import { GraphBuilder } from '../graph/graph-builder.js';
import { ELEMENT_TYPES, f32Tensor } from '../graph/tensor-data.js';
import { createSession, type GraphSession, type SessionOptions } from '../session/graph-session.js';
import { LEVEL_COLUMNS } from './level-kernel.js';

/** The highest level. */
export const TOP_LEVEL = 127;

/**
 * Dot products of many rows with a few columns in seven bits, sixteen columns to a vector: for rough scores that are
 * looked up millions of times. A level is the product as a share of the greatest one, 0 for all that are not positive.
 */
export interface PackedProducts {
  readonly dim: number;
  /**
   * @param rows [n x dim]
   * @param columns [dim x m], m a multiple of 16
   * @param into [m / 16 x n x 16] levels
   * @throws GlotError `kernels.shape`, `kernels.disposed`
   */
  multiply(rows: Float32Array, columns: Float32Array, into: Uint8Array): Promise<void>;
  /** Frees native memory. Safe to call twice. */
  dispose(): Promise<void>;
}

export interface PackedProductsOptions extends SessionOptions {
  /** Length of a row. */
  readonly dim: number;
}

export async function createPackedProducts(options: PackedProductsOptions): Promise<PackedProducts> {
  const { dim } = options;
  if (!Number.isInteger(dim) || dim < 1) throw new GlotError('kernels.shape', `a row cannot have ${dim} columns`);
  return new SessionPackedProducts(dim, await createSession(packedGraph(dim), options));
}

function packedGraph(dim: number) {
  const graph = new GraphBuilder();
  const rows = graph.input('rows', 'f32', ['n', dim]);
  const products = graph.node('Relu', [graph.node('MatMul', [rows, graph.input('columns', 'f32', [dim, 'm'])])]);
  const greatest = graph.node('ReduceMax', [products], { attributes: { keepdims: 0 } });
  // Never divided by nothing.
  const divisor = graph.node('Max', [greatest, graph.constant(f32Tensor(Float32Array.of(1e-6), []))]);
  const scale = graph.node('Div', [graph.constant(f32Tensor(Float32Array.of(TOP_LEVEL), [])), divisor]);
  const levels = graph.node('Cast', [graph.node('Round', [graph.node('Mul', [products, scale])])], {
    attributes: { to: ELEMENT_TYPES.u8.onnx },
  });
  const slices = graph.node('Reshape', [levels, graph.ints([0, -1, LEVEL_COLUMNS])]);
  graph.output('levels', graph.node('Transpose', [slices], { attributes: { perm: [1, 0, 2] } }), 'u8', [
    's',
    'n',
    LEVEL_COLUMNS,
  ]);
  return graph.build('packed-products');
}

class SessionPackedProducts implements PackedProducts {
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
    if (!Number.isInteger(n) || !Number.isInteger(m / LEVEL_COLUMNS) || into.length !== n * m) {
      throw new GlotError(
        'kernels.shape',
        `${rows.length} and ${columns.length} numbers are not rows and columns of ${dim}, the columns in sixteens, with ${into.length} products`,
      );
    }
    if (n === 0 || m === 0) return;
    await this.#session.run(
      { rows: { data: rows, shape: [n, dim] }, columns: { data: columns, shape: [dim, m] } },
      { levels: { data: into, shape: [m / LEVEL_COLUMNS, n, LEVEL_COLUMNS] } },
    );
  }

  dispose(): Promise<void> {
    return this.#session.dispose();
  }
}
