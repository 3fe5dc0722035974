/**
 * Zero bytes astray in text: the hole that a crash leaves in a log, ends of records and fields. Files full of them are none.
 * @module
 */

export interface ZeroBytes {
  /** A blank in place of each run of zero bytes. */
  readonly bytes: Uint8Array;
  /** Runs. */
  readonly places: number;
  /** 1-based. */
  readonly firstLine: number;
}

/** Fewest other bytes for each run: UTF-16 has a run for two, tables of numbers for four. */
const FEWEST_BETWEEN = 25;
/** The same for control characters that no text has. */
const FEWEST_BETWEEN_CONTROLS = 200;

/** Null where there are none, and where there are too many for a text. */
export function withoutZeroBytes(bytes: Uint8Array): ZeroBytes | null {
  const first = bytes.indexOf(0);
  if (first === -1) return null;
  const kept = new Uint8Array(bytes.length);
  let length = 0;
  let places = 0;
  let controls = 0;
  for (let at = 0; at < bytes.length; at++) {
    const byte = bytes[at]!;
    if (byte === 0 && at > 0 && bytes[at - 1] === 0) continue;
    kept[length++] = byte === 0 ? SPACE : byte;
    if (byte === 0) places++;
    else if (byte < SPACE && !WRITTEN.has(byte)) controls++;
  }
  const others = length - places;
  if (others < places * FEWEST_BETWEEN || others < controls * FEWEST_BETWEEN_CONTROLS) return null;
  return { bytes: kept.subarray(0, length), places, firstLine: linesBefore(bytes, first) + 1 };
}

const SPACE = 0x20;
/** Tabs, ends of lines and pages, and the escape of terminals. */
const WRITTEN: ReadonlySet<number> = new Set([0x09, 0x0a, 0x0b, 0x0c, 0x0d, 0x1b]);

function linesBefore(bytes: Uint8Array, end: number): number {
  let lines = 0;
  for (let at = bytes.indexOf(0x0a); at !== -1 && at < end; at = bytes.indexOf(0x0a, at + 1)) lines++;
  return lines;
}
