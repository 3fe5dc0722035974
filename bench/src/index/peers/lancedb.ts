import { rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import type { TokenVectors } from '@glot/kernels';
import { installPackages } from '../../install-packages.js';
import type { PeerSearch } from './peer-search.js';

/** The last one for Node 20. */
export const LANCEDB_VERSION = '0.37.1';

/** What is used of it; it is installed by the benchmark, so its types are not there when this is compiled. */
interface LanceDb {
  connect(folder: string): Promise<{ createTable(name: string, data: unknown): Promise<Table> }>;
  readonly Index: { ivfPq(options: Record<string, unknown>): unknown };
}
interface Table {
  createIndex(column: string, options: { config: unknown; replace?: boolean }): Promise<void>;
  vectorSearch(query: number[][]): Query;
}
interface Query {
  distanceType(type: 'cosine'): Query;
  nprobes(count: number): Query;
  refineFactor(factor: number): Query;
  select(columns: string[]): Query;
  limit(count: number): Query;
  toArray(): Promise<{ readonly id: number }[]>;
}

/** Multivector columns, exhaustively and through IVF-PQ with its defaults and with more care. */
export async function* lanceDbSearches(work: string, vectors: TokenVectors): AsyncGenerator<PeerSearch> {
  const folder = join(work, 'lancedb');
  await installPackages(folder, [`@lancedb/lancedb@${LANCEDB_VERSION}`]);
  const require = createRequire(join(folder, 'package.json'));
  const lancedb = require('@lancedb/lancedb') as LanceDb;
  const tables = join(folder, 'tables');
  rmSync(tables, { recursive: true, force: true });
  const started = performance.now();
  const db = await lancedb.connect(tables);
  const table = await db.createTable('passages', arrowTable(require('apache-arrow') as Arrow, vectors));
  const storeSeconds = (performance.now() - started) / 1000;
  const search = (settings: (query: Query) => Query) => async (rows: Float32Array, limit: number) => {
    const query = Array.from({ length: rows.length / vectors.dim }, (_, row) =>
      Array.from(rows.subarray(row * vectors.dim, (row + 1) * vectors.dim)),
    );
    const base = table.vectorSearch(query).distanceType('cosine').select(['id']).limit(limit);
    return (await settings(base).toArray()).map(({ id }) => id);
  };
  const name = `LanceDB ${LANCEDB_VERSION}`;
  yield { name: `${name}, no index`, buildSeconds: storeSeconds, search: search((query) => query) };
  const indexed = performance.now();
  await table.createIndex('vectors', { config: lancedb.Index.ivfPq({ distanceType: 'cosine' }), replace: true });
  const buildSeconds = storeSeconds + (performance.now() - indexed) / 1000;
  yield { name: `${name}, IVF-PQ`, buildSeconds, search: search((query) => query) };
  for (const [probes, refine] of [
    [20, 10],
    [64, 50],
  ] as const) {
    yield {
      name: `${name}, IVF-PQ, ${probes} probes, refined ${refine} times`,
      buildSeconds,
      search: search((query) => query.nprobes(probes).refineFactor(refine)),
    };
  }
}

interface Arrow {
  readonly Float32: new () => unknown;
  readonly Field: new (name: string, type: unknown, nullable: boolean) => unknown;
  readonly FixedSizeList: new (length: number, field: unknown) => unknown;
  readonly List: new (field: unknown) => unknown;
  readonly Table: new (columns: Record<string, unknown>) => unknown;
  makeData(parts: Record<string, unknown>): unknown;
  makeVector(from: unknown): unknown;
}

// A list of lists of fixed length, straight from the typed arrays.
function arrowTable(arrow: Arrow, { data, offsets, dim }: TokenVectors): unknown {
  const numbers = arrow.makeData({ type: new arrow.Float32(), data });
  const row = new arrow.FixedSizeList(dim, new arrow.Field('item', new arrow.Float32(), true));
  const rows = arrow.makeData({ type: row, length: data.length / dim, child: numbers });
  const passage = new arrow.List(new arrow.Field('item', row, true));
  const passages = arrow.makeData({
    type: passage,
    length: offsets.length - 1,
    valueOffsets: Int32Array.from(offsets),
    child: rows,
  });
  const ids = Int32Array.from({ length: offsets.length - 1 }, (_, id) => id);
  return new arrow.Table({ id: arrow.makeVector(ids), vectors: arrow.makeVector(passages) });
}
