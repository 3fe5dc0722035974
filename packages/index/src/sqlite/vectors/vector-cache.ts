import type { PassageVectors, StoredRows } from './passage-vectors.js';
import { RemovalFollower } from './removal-follower.js';
import { TILE_ROWS, TILE_TEXTS, tileBytes, VectorTile } from './vector-tile.js';

/** Where the vectors of a passage stand, even when it is no longer cached. */
export interface CachedPassage {
  readonly tile: VectorTile;
  readonly index: number;
}

/**
 * The vectors of passages that were read lately, in int8, in tiles; beyond the limit, those go that have been here longest.
 * A copy from here takes a tenth of the time of a row of the file.
 */
export class VectorCache {
  readonly #source: PassageVectors;
  readonly #codec: number;
  readonly #removals: RemovalFollower;
  /** Tiles at most. */
  readonly #most: number;
  readonly #tiles: VectorTile[] = [];
  /** Of a passage: the number of its tile times `TILE_TEXTS`, plus its index there. */
  readonly #slots = new Map<number, number>();
  /** The tile that is being filled; the next one is the oldest. */
  #filling = -1;

  /**
   * @param limitBytes less than a tile takes: nothing is kept
   * @param codec of rows that are kept: those in another one are to be stored anew in this
   */
  constructor(source: PassageVectors, limitBytes: number, codec: number) {
    this.#source = source;
    this.#codec = codec;
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

  /** Compact rows are decoded and held in int8, as they are scored. Null for what cannot be kept. */
  keep(stored: StoredRows): CachedPassage | null {
    const { passageId, rows, codec } = stored;
    if (codec !== this.#codec || rows > TILE_ROWS || this.#most === 0) return null;
    const kept = this.find(passageId);
    if (kept) return kept;
    let tile = this.#tiles[this.#filling];
    if (!tile || !this.#source.append(tile, stored)) {
      tile = this.#nextTile();
      this.#source.append(tile, stored);
    }
    const index = tile.texts - 1;
    this.#slots.set(passageId, this.#filling * TILE_TEXTS + index);
    return { tile, index };
  }

  // An old tile is not filled anew: who found a passage in it may still read it.
  #nextTile(): VectorTile {
    this.#filling = (this.#filling + 1) % this.#most;
    const old = this.#tiles[this.#filling];
    for (let index = 0; old && index < old.texts; index += 1) {
      const id = old.ids[index]!;
      if (this.#slots.get(id) === this.#filling * TILE_TEXTS + index) this.#slots.delete(id);
    }
    const tile = new VectorTile(this.#source.dim);
    this.#tiles[this.#filling] = tile;
    return tile;
  }
}
