/** One way of searching the same passages. */
export interface PeerSearch {
  readonly name: string;
  readonly buildSeconds: number;
  /** @param rows [n x dim], unit length. @returns numbers of passages, best first */
  search(rows: Float32Array, limit: number): Promise<number[]>;
}
