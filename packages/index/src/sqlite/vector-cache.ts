import { INT8_CODEC, type PassageVectors, type StoredRows } from './passage-vectors.js';
import { RemovalFollower } from './removal-follower.js';
import { TILE_ROWS, TILE_TEXTS, tileBytes, VectorTile } from './vector-tile.js';

/** Where the vectors of a passage stand, even when it is no longer cached. */
export interface CachedPassage {
  readonly tile: VectorTile;
  readonly index: number;
}

/**
 * The int8 vectors of passages that were read lately, in tiles; beyond the limit, those go that have been here longest.
 * A copy from here takes a tenth of the time of a row of the file.
 */
export class VectorCache {
  readonly #dim: number;
  readonly #removals: RemovalFollower;
  /** Tiles at most. */
  readonly #most: number;
  readonly #tiles: VectorTile[] = [];
  /** Of a passage: the number of its tile times `TILE_TEXTS`, plus its index there. */
  readonly #slots = new Map<number, number>();
  /** The tile that is being filled; the next one is the oldest. */
  #filling = -1;

  /** @param limitBytes less than a tile takes: nothing is kept */
  constructor(source: PassageVectors, limitBytes: number) {
    this.#dim = source.dim;
    this.#removals = new RemovalFollower(source);
    this.#most = Math.floor(limitBytes / tileBytes(source.dim));
  }

  get bytes(): number {
    return this.#tiles.reduce((sum, tile) => sum + tile.bytes, 0);
  }

  /** Forgets what has been removed from the index. */
  follow(): void {
    const removed = this.#removals.look();
    if (removed === null) this.#slots.clear();
    for (const [first, last] of removed ?? []) {
      if (last - first < this.#slots.size) {
        for (let id = first; id <= last; id += 1) this.#slots.delete(id);
      } else {
        for (const id of this.#slots.keys()) if (id >= first && id <= last) this.#slots.delete(id);
      }
    }
  }

  find(passageId: number): CachedPassage | null {
    const slot = this.#slots.get(passageId);
    if (slot === undefined) return null;
    return { tile: this.#tiles[Math.floor(slot / TILE_TEXTS)]!, index: slot % TILE_TEXTS };
  }

  keep({ passageId, rows, codec, codes, scales }: StoredRows): void {
    if (codec !== INT8_CODEC || rows > TILE_ROWS || this.#most === 0 || this.#slots.has(passageId)) return;
    let tile = this.#tiles[this.#filling];
    if (!tile?.append(passageId, rows, codes, scales)) {
      tile = this.#nextTile();
      tile.append(passageId, rows, codes, scales);
    }
    this.#slots.set(passageId, this.#filling * TILE_TEXTS + tile.texts - 1);
  }

  // An old tile is not filled anew: who found a passage in it may still read it.
  #nextTile(): VectorTile {
    this.#filling = (this.#filling + 1) % this.#most;
    const old = this.#tiles[this.#filling];
    for (let index = 0; old && index < old.texts; index += 1) {
      const id = old.ids[index]!;
      if (this.#slots.get(id) === this.#filling * TILE_TEXTS + index) this.#slots.delete(id);
    }
    const tile = new VectorTile(this.#dim);
    this.#tiles[this.#filling] = tile;
    return tile;
  }
}
