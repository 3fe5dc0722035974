/**
 * What a model has read before, so that a prompt which begins like an earlier one goes on from there: the instructions
 * of every question, the history of a conversation. A few beginnings, the least recently used goes first.
 * @module
 */

export interface CachedPrefix<State> {
  readonly ids: readonly number[];
  readonly state: State;
}

const DEFAULT_CAPACITY = 4;

export class PrefixCache<State> {
  readonly #capacity: number;
  /** Least recently used first. */
  #prefixes: CachedPrefix<State>[] = [];

  /** @param capacity beginnings kept; each holds keys and values of all its tokens */
  constructor(capacity = DEFAULT_CAPACITY) {
    this.#capacity = capacity;
  }

  /** The longest known beginning of these tokens that is shorter than they are; null where there is none. */
  longest(ids: readonly number[]): CachedPrefix<State> | null {
    let best: CachedPrefix<State> | null = null;
    for (const known of this.#prefixes) {
      if (known.ids.length < ids.length && known.ids.length > (best?.ids.length ?? 0) && begins(ids, known.ids)) {
        best = known;
      }
    }
    if (best !== null) this.#prefixes = [...this.#prefixes.filter((known) => known !== best), best];
    return best;
  }

  /** Keeps a beginning; one that it continues gives way to it. */
  keep(ids: readonly number[], state: State, continues: CachedPrefix<State> | null = null): void {
    this.#prefixes = [...this.#prefixes.filter((known) => known !== continues), { ids, state }].slice(-this.#capacity);
  }
}

/** Tokens that both begin with. */
export function commonLength(a: readonly number[], b: readonly number[]): number {
  let length = 0;
  while (length < a.length && length < b.length && a[length] === b[length]) length++;
  return length;
}

function begins(ids: readonly number[], prefix: readonly number[]): boolean {
  return commonLength(ids, prefix) === prefix.length;
}
