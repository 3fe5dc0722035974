import type { PassageVectors } from './passage-vectors.js';

/** Passages with ids from `first` to `last`. */
export type PassageRange = readonly [first: number, last: number];

/** Tells what this and other processes removed from one look to the next. */
export class RemovalFollower {
  readonly #source: PassageVectors;
  /** The last removal that was told of; null before the first look. */
  #seq: number | null = null;

  constructor(source: PassageVectors) {
    this.#source = source;
  }

  /** Null where it cannot be known: at the first look, and where removals are no longer on record. */
  look(): readonly PassageRange[] | null {
    const before = this.#seq;
    const [oldest, newest] = this.#source.removalExtent();
    this.#seq = newest;
    if (before === null || oldest > before + 1) return null;
    if (newest === before) return [];
    const removals = this.#source.removalsAfter(before);
    this.#seq = removals.at(-1)?.[0] ?? newest;
    return removals.map(([, first, last]) => [first, last]);
  }
}
