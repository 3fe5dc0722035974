/**
 * A map of bounded size that forgets what was not asked for lately, at a fraction of the price of an exact order: it
 * holds two generations of half the size, and drops the older one when the younger is full.
 */
export class GenerationalCache<K, V> {
  readonly #half: number;
  #young = new Map<K, Entry<K, V>>();
  #old = new Map<K, Entry<K, V>>();

  constructor(capacity: number) {
    this.#half = Math.ceil(capacity / 2);
  }

  get(key: K): V | undefined {
    const young = this.#young.get(key);
    if (young !== undefined) return young.value;
    const old = this.#old.get(key);
    if (old === undefined) return undefined;
    // Under the key that was given with it, not an equal one that may be part of something large.
    this.#put(old);
    return old.value;
  }

  set(key: K, value: V): void {
    this.#put({ key, value });
  }

  #put(entry: Entry<K, V>): void {
    if (this.#young.size >= this.#half) {
      this.#old = this.#young;
      this.#young = new Map();
    }
    this.#young.set(entry.key, entry);
  }
}

interface Entry<K, V> {
  readonly key: K;
  readonly value: V;
}
