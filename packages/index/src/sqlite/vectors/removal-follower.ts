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
    // The record is cut at its old end: what was cut before these were read is gone when the extent is read after them.
    const removals = before === null ? [] : this.#source.removals.after(before);
    const [oldest, newest] = this.#source.removals.extent();
    if (before === null || oldest > before + 1) {
      this.#seq = newest;
      return null;
    }
    this.#seq = removals.at(-1)?.[0] ?? before;
    return removals.map(([, first, last]) => [first, last]);
  }
}
