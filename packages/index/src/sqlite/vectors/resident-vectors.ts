import { setImmediate } from 'node:timers/promises';
import { throwIfAborted } from '@glot/errors';
import type { PassageVectors } from './passage-vectors.js';
import { RemovalFollower } from './removal-follower.js';
import { VectorTile } from './vector-tile.js';

/** A tile with its counts at the time of asking. */
export interface TileView {
  readonly tile: VectorTile;
  readonly texts: number;
  readonly rows: number;
}

/** Removed passages beyond this share of all make it worth to copy the others together. */
const REMOVED_SHARE = 0.25;

/**
 * The vectors of all passages in tiles: those that fit into the limit stay in memory, in the order of their ids, the
 * others are read from the file each time. Follows changes of this and other processes: what is new has higher ids,
 * what is gone stands in the removal log.
 */
export class ResidentVectors {
  readonly #source: PassageVectors;
  readonly #limitBytes: number;
  readonly #removals: RemovalFollower;
  #tiles: VectorTile[] = [];
  /** Passages up to this id are in memory. */
  #through = 0;
  /** Whether passages above `#through` are stored. */
  #more = false;
  #filling: Promise<void> | null = null;

  constructor(source: PassageVectors, limitBytes: number) {
    this.#source = source;
    this.#limitBytes = limitBytes;
    this.#removals = new RemovalFollower(source);
  }

  get bytes(): number {
    return this.#tiles.reduce((sum, tile) => sum + tile.bytes, 0);
  }

  /** All passages, tile by tile. A tile that is read from the file is reused for the next. */
  async *views(signal?: AbortSignal): AsyncGenerator<TileView> {
    await this.#catchUp(signal);
    let through = this.#through;
    let more = this.#more;
    yield* this.#tiles.map((tile) => ({ tile, texts: tile.texts, rows: tile.rows }));
    const tile = more ? new VectorTile(this.#source.dim) : null;
    while (tile && more) {
      tile.clear();
      ({ through, more } = this.#source.fill(tile, through));
      yield { tile, texts: tile.texts, rows: tile.rows };
    }
  }

  // One call reads, the others wait and then look whether something is left to do.
  async #catchUp(signal: AbortSignal | undefined): Promise<void> {
    while (this.#filling) await this.#filling.catch(() => undefined);
    this.#filling = this.#fill(signal);
    try {
      await this.#filling;
    } finally {
      this.#filling = null;
    }
  }

  async #fill(signal: AbortSignal | undefined): Promise<void> {
    this.#applyRemovals();
    const { dim } = this.#source;
    for (;;) {
      throwIfAborted(signal);
      if (this.#tiles.length === 0) this.#tiles.push(new VectorTile(dim));
      const tile = this.#tiles.at(-1)!;
      ({ through: this.#through, more: this.#more } = this.#source.fill(tile, this.#through));
      // What is left starts with a passage that does not fit into the last tile.
      if (!this.#more || this.bytes + tile.bytes > this.#limitBytes) return;
      this.#tiles.push(new VectorTile(dim));
      await setImmediate();
    }
  }

  #applyRemovals(): void {
    const removed = this.#removals.look();
    if (removed === null) {
      this.#tiles = [];
      this.#through = 0;
      return;
    }
    for (const [first, last] of removed) {
      for (const tile of this.#tiles) tile.remove(first, last);
    }
    if (removed.length > 0) this.#compact();
  }

  #compact(): void {
    let texts = 0;
    let removed = 0;
    for (const tile of this.#tiles) {
      texts += tile.texts;
      removed += tile.removedTexts;
    }
    if (removed <= texts * REMOVED_SHARE) return;
    const kept: VectorTile[] = [];
    for (const tile of this.#tiles) {
      for (let index = 0; index < tile.texts; index += 1) {
        if (tile.removed[index]) continue;
        if (kept.at(-1)?.appendFrom(tile, index)) continue;
        const next = new VectorTile(tile.dim);
        next.appendFrom(tile, index);
        kept.push(next);
      }
    }
    this.#tiles = kept;
  }
}
