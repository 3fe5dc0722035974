import { byRank, type Ranked } from './fusion.js';

/** Keeps the best `depth` of many scored passages: a binary heap with the worst kept one on top. */
export class TopRanked {
  readonly #depth: number;
  readonly #heap: Ranked[] = [];

  constructor(depth: number) {
    this.#depth = depth;
  }

  /** The score that one more must reach; -Infinity while there is room. */
  get least(): number {
    return this.#heap.length < this.#depth ? -Infinity : (this.#heap[0]?.score ?? Infinity);
  }

  add(passageId: number, score: number): void {
    const heap = this.#heap;
    if (heap.length < this.#depth) {
      heap.push({ passageId, score });
      this.#rise(heap.length - 1);
      return;
    }
    const worst = heap[0];
    // Most passages end here; no object is made for them.
    if (!worst || score < worst.score || (score === worst.score && passageId > worst.passageId)) return;
    heap[0] = { passageId, score };
    this.#sink();
  }

  /** Best first. The heap is used up. */
  sorted(): Ranked[] {
    return this.#heap.sort(byRank);
  }

  #rise(from: number): void {
    const heap = this.#heap;
    let child = from;
    while (child > 0) {
      const parent = (child - 1) >> 1;
      if (byRank(heap[parent]!, heap[child]!) >= 0) return;
      this.#swap(parent, child);
      child = parent;
    }
  }

  #sink(): void {
    const heap = this.#heap;
    let parent = 0;
    for (;;) {
      let worst = parent;
      for (const child of [2 * parent + 1, 2 * parent + 2]) {
        if (child < heap.length && byRank(heap[child]!, heap[worst]!) > 0) worst = child;
      }
      if (worst === parent) return;
      this.#swap(parent, worst);
      parent = worst;
    }
  }

  #swap(a: number, b: number): void {
    const heap = this.#heap;
    [heap[a], heap[b]] = [heap[b]!, heap[a]!];
  }
}
