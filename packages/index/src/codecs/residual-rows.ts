import type { QuantizedRows } from '@glot/kernels';
import { nearestCentroids } from '../ivf/centroid-assigner.js';
import type { CentroidTree } from '../ivf/centroid-tree.js';
import { ResidualRows } from './rounding/residual-rows.js';
import { ShapedRounding } from './rounding/shaped-rounding.js';

/**
 * The compact profile: a row is its nearest centroid of a codebook and what is left, four bits a coordinate. Per row
 * 2 bytes of centroid, dim / 2 bytes of codes, 4 bytes of scale: 70 bytes at 128 dimensions.
 */
export interface CodedResiduals {
  /** [rows] u16 centroids, little-endian, then [rows x ceil(dim / 2)] pairs of codes, low nibble first. */
  readonly codes: Uint8Array;
  /** [rows] factors of the levels. */
  readonly scales: Float32Array;
}

// Lloyd-Max levels of a normal distribution, 16 of them: J. Max, Quantizing for Minimum Distortion, 1960, table I.
const POSITIVE_LEVELS = [0.1284, 0.3881, 0.6568, 0.9424, 1.2562, 1.6181, 2.069, 2.7326];
const LEVELS = Float32Array.from([...POSITIVE_LEVELS.toReversed().map((level) => -level), ...POSITIVE_LEVELS]);

/** Beyond the last level nothing changes. */
const RANGE = 3.2;

/** How far the factor of a row may be from the spread of its coordinates, as a share. */
const FACTOR_RANGE = 0.05;

export function residualRowBytes(dim: number): number {
  return 2 + Math.ceil(dim / 2);
}

/**
 * @param rows [n x dim]
 * @param nearest [n] centroids of the codebook, where they are known already
 */
export function encodeResiduals(
  rows: Float32Array,
  codebook: CentroidTree,
  nearest: Uint32Array = nearestCentroids(codebook, rows),
): CodedResiduals {
  const { dim, centroids } = codebook;
  const count = rows.length / dim;
  const pairs = Math.ceil(dim / 2);
  const codes = new Uint8Array(count * residualRowBytes(dim));
  const scales = new Float32Array(count);
  const rounding = roundingOf(codebook);
  const { values, codes: rounded } = rounding;
  for (let row = 0; row < count; row += 1) {
    const centroid = nearest[row]!;
    codes[row * 2] = centroid & 255;
    codes[row * 2 + 1] = centroid >> 8;
    let square = 0;
    for (let k = 0; k < dim; k += 1) square += (rows[row * dim + k]! - centroids[centroid * dim + k]!) ** 2;
    const spread = Math.sqrt(square / dim);
    if (spread === 0) continue;
    for (let k = 0; k < dim; k += 1) values[k] = (rows[row * dim + k]! - centroids[centroid * dim + k]!) / spread;
    rounding.round();
    let wanted = 0;
    let product = 0;
    let along = 0;
    let norm = 0;
    for (let k = 0; k < dim; k += 1) {
      const code = rounded[k]!;
      codes[count * 2 + row * pairs + (k >> 1)]! |= (k & 1) === 0 ? code : code << 4;
      wanted += rows[row * dim + k]! * values[k]!;
      product += rows[row * dim + k]! * LEVELS[code]!;
      along += values[k]! * LEVELS[code]!;
      norm += LEVELS[code]! * LEVELS[code]!;
    }
    // The factor that keeps the row's product with itself, where that one is near to what the levels are made for; the
    // one of the least squared error where it is not.
    const factor = wanted / product;
    scales[row] = (Math.abs(factor - 1) < FACTOR_RANGE ? factor : along / norm) * spread;
  }
  return { codes, scales };
}

const roundings = new WeakMap<Float32Array, ShapedRounding>();

// Centroids are spread as rows are.
function roundingOf({ centroids, dim }: CentroidTree): ShapedRounding {
  let rounding = roundings.get(centroids);
  if (!rounding) {
    rounding = new ShapedRounding(centroids, dim, LEVELS, RANGE);
    roundings.set(centroids, rounding);
  }
  return rounding;
}

/**
 * @param scales rows f32, little-endian, at any alignment
 * @param into [rows x dim] from `at` is filled
 */
export function decodeResiduals(
  codes: Uint8Array,
  scales: Uint8Array,
  codebook: CentroidTree,
  into: Float32Array,
  at: number,
): void {
  const { dim, centroids } = codebook;
  const count = scales.length / 4;
  const pairs = Math.ceil(dim / 2);
  const view = new DataView(scales.buffer, scales.byteOffset, scales.byteLength);
  const scaled = new Float32Array(16);
  for (let row = 0; row < count; row += 1) {
    const from = (codes[row * 2]! | (codes[row * 2 + 1]! << 8)) * dim;
    const scale = view.getFloat32(row * 4, true);
    for (let code = 0; code < 16; code += 1) scaled[code] = LEVELS[code]! * scale;
    let to = at + row * dim;
    let byteAt = count * 2 + row * pairs;
    for (let k = 0; k < dim; k += 2) {
      const byte = codes[byteAt++]!;
      into[to++] = centroids[from + k]! + scaled[byte & 15]!;
      if (k + 1 < dim) into[to++] = centroids[from + k + 1]! + scaled[byte >> 4]!;
    }
  }
}

const residuals = new WeakMap<Float32Array, ResidualRows>();

/**
 * As `decodeResiduals`, then quantized.
 * @param scales rows f32, little-endian, at any alignment
 * @throws GlotError `kernels.not-finite` for what `encodeResiduals` never writes, `kernels.out-of-memory`
 */
export function residualsToInt8(
  codes: Uint8Array,
  scales: Uint8Array,
  { centroids, dim }: CentroidTree,
): QuantizedRows {
  let rows = residuals.get(centroids);
  if (!rows) {
    rows = new ResidualRows(centroids, dim, LEVELS);
    residuals.set(centroids, rows);
  }
  const split = scales.length / 2;
  return rows.toInt8({ centroids: codes.subarray(0, split), pairs: codes.subarray(split), factors: scales });
}
