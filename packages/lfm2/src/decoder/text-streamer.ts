/** The text that tokens add up to, in whole characters. */
export class TextStreamer {
  readonly #decode: (ids: readonly number[]) => string;
  readonly #ids: number[] = [];
  #written = '';

  constructor(decode: (ids: readonly number[]) => string) {
    this.#decode = decode;
  }

  /** @returns what the token adds; empty while a character is incomplete */
  push(id: number): string {
    this.#ids.push(id);
    const text = this.#decode(this.#ids);
    // A character whose last bytes are still to come decodes to the replacement character.
    if (text.endsWith('\uFFFD')) return '';
    const added = text.slice(this.#written.length);
    this.#written = text;
    return added;
  }
}
