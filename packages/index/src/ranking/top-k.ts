import type { ScoredPassage, TieOrder } from './fusion.js';
import { settleTies } from './fusion.js';

/**
 * Keeps the best `depth` of many scored passages: a binary heap with the worst kept one on top. Which of those with the
 * worst score stay is settled at the end, so they are all remembered.
 */
export class TopK {
  readonly #depth: number;
  readonly #heap: ScoredPassage[] = [];
  /** Passages beside the heap whose score is its worst one. */
  #tied: number[] = [];

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
    if (!worst || score < worst.score) return;
    if (score === worst.score) {
      this.#tied.push(passageId);
      return;
    }
    heap[0] = { passageId, score };
    this.#sink();
    if (heap[0]!.score === worst.score) this.#tied.push(worst.passageId);
    else if (this.#tied.length > 0) this.#tied = [];
  }

  /** Best first. The heap is used up. */
  sorted(order: TieOrder): ScoredPassage[] {
    const { least } = this;
    const tied = this.#tied.map((passageId) => ({ passageId, score: least }));
    return settleTies([...this.#heap, ...tied], order).slice(0, this.#depth);
  }

  #rise(from: number): void {
    const heap = this.#heap;
    let child = from;
    while (child > 0) {
      const parent = (child - 1) >> 1;
      if (heap[parent]!.score <= heap[child]!.score) return;
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
        if (child < heap.length && heap[child]!.score < heap[worst]!.score) worst = child;
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
