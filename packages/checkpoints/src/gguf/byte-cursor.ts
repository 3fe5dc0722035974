import { corrupt } from './corrupt.js';

/** Thrown by a cursor whose window ended before the file did: read more of the file and parse again. */
export class NeedsMoreBytes extends Error {}

/**
 * Walks the first bytes of a GGUF file. Every read is checked against the window and the true size of the file
 * first, so that nothing is ever allocated for bytes that do not exist.
 */
export class ByteCursor {
  /** Bytes from the start of the file. */
  position = 0;
  readonly #bytes: Uint8Array;
  readonly #view: DataView;
  readonly #fileBytes: number;
  readonly #where: string;

  /** @param bytes the first bytes of the file, or all of them */
  constructor(bytes: Uint8Array, fileBytes: number, where: string) {
    this.#bytes = bytes;
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    this.#fileBytes = fileBytes;
    this.#where = where;
  }

  u8(): number {
    return this.#view.getUint8(this.#advance(1));
  }

  u32(): number {
    return this.#view.getUint32(this.#advance(4), true);
  }

  /** A 64-bit size. @throws GlotError `lfm2.gguf` above 2^53 - 1 */
  size(what: string): number {
    const value = this.#view.getBigUint64(this.#advance(8), true);
    if (value > BigInt(Number.MAX_SAFE_INTEGER)) throw corrupt(this.#where, `${what} is ${value}`);
    return Number(value);
  }

  /** A count of things that take at least `minBytes` each. @throws GlotError `lfm2.gguf` where they cannot fit */
  count(what: string, minBytes: number, limit: number): number {
    const count = this.size(what);
    if (count > limit || count * minBytes > this.#fileBytes - this.position) {
      throw corrupt(this.#where, `${what} is ${count}, in a file of ${this.#fileBytes} bytes`);
    }
    return count;
  }

  /** UTF-8 behind a 64-bit length; ill-formed sequences become U+FFFD. */
  string(what: string, maxBytes: number): string {
    const length = this.count(`the length of ${what}`, 1, maxBytes);
    const start = this.#advance(length);
    return Buffer.from(this.#bytes.buffer, this.#bytes.byteOffset + start, length).toString('utf8');
  }

  /** A view of the next `length` bytes; copied where it must outlive the window. */
  take(length: number): DataView {
    return new DataView(this.#bytes.buffer, this.#bytes.byteOffset + this.#advance(length), length);
  }

  #advance(length: number): number {
    const start = this.position;
    if (length > this.#fileBytes - start) throw corrupt(this.#where, `it ends within the header, at byte ${start}`);
    if (length > this.#bytes.length - start) throw new NeedsMoreBytes();
    this.position = start + length;
    return start;
  }
}
