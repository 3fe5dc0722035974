/** Room for arrays one after the other, each at a multiple of 16 bytes. */
export class Layout {
  #bytes = 0;

  /** Total so far. */
  get bytes(): number {
    return this.#bytes;
  }

  /** @returns the address of so many bytes */
  place(bytes: number): number {
    const address = this.#bytes;
    this.#bytes += Math.ceil(bytes / 16) * 16;
    return address;
  }
}
