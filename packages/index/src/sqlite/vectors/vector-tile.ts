/** Rows of a tile at most, but for a passage that is longer: about 2 MB of codes at 128 dimensions. */
export const TILE_ROWS = 16_384;

/** As many searches may overlap without a new tile. */
const MOST_SPARE = 4;

/** Passages of a tile at most. */
export const TILE_TEXTS = 4096;

/** What a tile without a longer passage takes. */
export function tileBytes(dim: number): number {
  return TILE_ROWS * (dim + 4) + TILE_TEXTS * 13 + 4;
}

/**
 * Quantized token vectors of consecutive passages in memory. It only grows: whoever took note of its counts can go on
 * reading that part while more is appended.
 */
export class VectorTile {
  readonly dim: number;
  /** [texts], ascending. */
  readonly ids: Float64Array = new Float64Array(TILE_TEXTS);
  /** [texts + 1] */
  readonly offsets: Uint32Array = new Uint32Array(TILE_TEXTS + 1);
  /** [texts]: 1 for a passage that was removed. */
  readonly removed: Uint8Array = new Uint8Array(TILE_TEXTS);
  /** [rows x dim] */
  codes: Int8Array;
  /** [rows] */
  scales: Float32Array;
  texts = 0;
  removedTexts = 0;

  constructor(dim: number) {
    this.dim = dim;
    this.codes = new Int8Array(TILE_ROWS * dim);
    this.scales = new Float32Array(TILE_ROWS);
  }

  get rows(): number {
    return this.offsets[this.texts]!;
  }

  get bytes(): number {
    const { ids, offsets, removed, codes, scales } = this;
    return [ids, offsets, removed, codes, scales].reduce((sum, array) => sum + array.byteLength, 0);
  }

  /**
   * @param codes rows x dim int8
   * @param scales rows f32, little-endian, at any alignment
   * @returns whether there was room
   */
  append(passageId: number, rows: number, codes: Uint8Array, scales: Uint8Array): boolean {
    const start = this.rows;
    const { dim, texts } = this;
    if (texts === TILE_TEXTS || (texts > 0 && start + rows > this.scales.length)) return false;
    if (rows > this.scales.length) {
      this.codes = new Int8Array(rows * dim);
      this.scales = new Float32Array(rows);
    }
    this.codes.set(new Int8Array(codes.buffer, codes.byteOffset, rows * dim), start * dim);
    new Uint8Array(this.scales.buffer).set(scales, start * 4);
    this.ids[texts] = passageId;
    this.offsets[texts + 1] = start + rows;
    this.texts = texts + 1;
    return true;
  }

  /** Appends passage `index` of another tile. @returns whether there was room */
  appendFrom(other: VectorTile, index: number): boolean {
    const first = other.offsets[index]!;
    const rows = other.offsets[index + 1]! - first;
    const codes = new Uint8Array(other.codes.buffer, first * other.dim, rows * other.dim);
    return this.append(other.ids[index]!, rows, codes, new Uint8Array(other.scales.buffer, first * 4, rows * 4));
  }

  /** Marks the passages with ids from `first` to `last` as removed. */
  remove(first: number, last: number): void {
    const { ids, removed, texts } = this;
    if (texts === 0 || ids[texts - 1]! < first || ids[0]! > last) return;
    for (let index = lowerBound(ids, texts, first); index < texts && ids[index]! <= last; index += 1) {
      this.removedTexts += 1 - removed[index]!;
      removed[index] = 1;
    }
  }

  clear(): void {
    this.texts = 0;
    this.removedTexts = 0;
    this.removed.fill(0);
  }
}

/** Tiles to be used again: a new one is 2 MB of zeros, more than a small search costs. */
export class SpareTiles {
  readonly #dim: number;
  readonly #spare: VectorTile[] = [];

  constructor(dim: number) {
    this.#dim = dim;
  }

  /** An empty tile; `give` it back when it is no longer read. */
  take(): VectorTile {
    const tile = this.#spare.pop() ?? new VectorTile(this.#dim);
    tile.clear();
    return tile;
  }

  give(tile: VectorTile): void {
    if (this.#spare.length < MOST_SPARE) this.#spare.push(tile);
  }
}

/** The first index of `values[0..length)`, ascending, whose value is at least `wanted`. */
function lowerBound(values: Float64Array, length: number, wanted: number): number {
  let low = 0;
  let high = length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (values[middle]! < wanted) low = middle + 1;
    else high = middle;
  }
  return low;
}
