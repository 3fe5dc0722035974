import { GlotError } from '@glot/errors';
import { GraphBuilder } from '../graph/graph-builder.js';
import { createSession, type GraphSession, type SessionOptions } from '../session/graph-session.js';

/**
 * Dot products of many rows with a few columns: what k-means, cell assignment and probing are made of.
 */
export interface RowProducts {
  readonly dim: number;
  /**
   * @param rows [n x dim]
   * @param columns [dim x m]
   * @param into [n x m] at least; the products are written to its start
   * @throws GlotError `kernels.shape`, `kernels.disposed`
   */
  multiply(rows: Float32Array, columns: Float32Array, into: Float32Array): Promise<void>;
  /** Frees native memory. Safe to call twice. */
  dispose(): Promise<void>;
}

export interface RowProductsOptions extends SessionOptions {
  /** Length of a row. */
  readonly dim: number;
}

export async function createRowProducts(options: RowProductsOptions): Promise<RowProducts> {
  const { dim } = options;
  if (!Number.isInteger(dim) || dim < 1) throw new GlotError('kernels.shape', `a row cannot have ${dim} columns`);
  const graph = new GraphBuilder();
  const product = graph.node('MatMul', [
    graph.input('rows', 'f32', ['n', dim]),
    graph.input('columns', 'f32', [dim, 'm']),
  ]);
  graph.output('products', product, 'f32', ['n', 'm']);
  return new SessionProducts(dim, await createSession(graph.build('row-products'), options));
}

class SessionProducts implements RowProducts {
  readonly dim: number;
  readonly #session: GraphSession;

  constructor(dim: number, session: GraphSession) {
    this.dim = dim;
    this.#session = session;
  }

  async multiply(rows: Float32Array, columns: Float32Array, into: Float32Array): Promise<void> {
    const { dim } = this;
    const n = rows.length / dim;
    const m = columns.length / dim;
    if (!Number.isInteger(n) || !Number.isInteger(m) || into.length < n * m) {
      throw new GlotError(
        'kernels.shape',
        `${rows.length} and ${columns.length} numbers are not rows and columns of ${dim} with ${into.length} products`,
      );
    }
    if (n === 0 || m === 0) return;
    await this.#session.run(
      { rows: { data: rows, shape: [n, dim] }, columns: { data: columns, shape: [dim, m] } },
      { products: { data: into.subarray(0, n * m), shape: [n, m] } },
    );
  }

  dispose(): Promise<void> {
    return this.#session.dispose();
  }
}
