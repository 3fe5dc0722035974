/** Builds the extracted text and its blocks together, for formats whose file is not its own text. */
import { type Block, block } from '../extraction.js';

export class TextBuilder {
  readonly blocks: Block[] = [];
  #parts: string[] = [];
  #length = 0;

  get length(): number {
    return this.#length;
  }

  get text(): string {
    return this.#parts.join('');
  }

  add(kind: 'paragraph' | 'item' | 'code' | 'table', source: string): void {
    const span = this.#append(source, kind === 'item' && this.blocks.at(-1)?.kind === 'item' ? '\n' : '\n\n');
    if (span !== undefined) this.blocks.push(block(kind, span.start, span.end));
  }

  addHeading(level: number, source: string): void {
    const heading = source.replace(/\s+/g, ' ').trim();
    const span = this.#append(source.trim(), '\n\n');
    if (span !== undefined) this.blocks.push({ kind: 'heading', ...span, level, heading });
  }

  #append(source: string, separator: string): { start: number; end: number } | undefined {
    if (source.trim() === '') return undefined;
    if (this.#length > 0) this.#push(separator);
    const start = this.#length;
    this.#push(source);
    return { start, end: this.#length };
  }

  #push(part: string): void {
    this.#parts.push(part);
    this.#length += part.length;
  }
}
