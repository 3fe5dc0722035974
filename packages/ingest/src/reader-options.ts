/**
 * What may be asked of the reader, and what a single file may cost it.
 * @module
 */
import type { CountTokens } from './passages/units.js';

export interface ReaderOptions {
  /** Tokens in a text, by the encoder's tokenizer. Default: an estimate by script. */
  readonly countTokens?: CountTokens | undefined;
  /** Loads what `countTokens` would be, once the first file is to be split; its errors are those of `read`. */
  readonly loadTokenCounter?: (() => Promise<CountTokens>) | undefined;
  /** Size that passages aim at. Default 180. */
  readonly targetTokens?: number | undefined;
  readonly limits?: ReadLimits | undefined;
}

export interface ReadLimits {
  /** Of larger files the beginning is read where they are plain text; others are skipped as `too-large`. Default 64 MiB. */
  readonly maxFileBytes?: number | undefined;
  /** Of documents that yield more text the beginning is read. UTF-16 code units; default 32 Mi. */
  readonly maxTextLength?: number | undefined;
  /** Of documents of more passages the first are taken: their vectors are held at once. Default 10,000. */
  readonly maxPassages?: number | undefined;
  /** Parsing that takes longer ends as `timeout`. Default 30,000. */
  readonly parseTimeoutMs?: number | undefined;
  /** Heap of one parser, and half of what the process may grow meanwhile; more is `out-of-memory`. MiB, default 512. */
  readonly parseMemoryMegabytes?: number | undefined;
}

export type AllLimits = { readonly [Limit in keyof ReadLimits]-?: NonNullable<ReadLimits[Limit]> };

export function limitsOf(given: ReadLimits = {}): AllLimits {
  return {
    maxFileBytes: given.maxFileBytes ?? 64 * 2 ** 20,
    maxTextLength: given.maxTextLength ?? 32 * 2 ** 20,
    maxPassages: given.maxPassages ?? 10_000,
    parseTimeoutMs: given.parseTimeoutMs ?? 30_000,
    parseMemoryMegabytes: given.parseMemoryMegabytes ?? 512,
  };
}
