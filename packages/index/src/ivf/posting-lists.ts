/**
 * Ascending numbers below 2^32 as LEB128 gaps: the first number, then each contribution, seven bits a byte, low ones first.
 * @module
 */

/** Bytes that one number takes at most. */
export const MAX_NUMBER_BYTES = 5;

/** @returns where the next byte goes */
export function writeGap(into: Uint8Array, at: number, gap: number): number {
  let rest = gap;
  let to = at;
  while (rest >= 128) {
    into[to++] = (rest & 127) | 128;
    rest >>>= 7;
  }
  into[to++] = rest;
  return to;
}

/** @param values strictly ascending, but for the first */
export function encodeAscending(values: Uint32Array): Uint8Array {
  const bytes = new Uint8Array(values.length * MAX_NUMBER_BYTES);
  let at = 0;
  let last = 0;
  for (const value of values) {
    at = writeGap(bytes, at, value - last);
    last = value;
  }
  return bytes.slice(0, at);
}

export function decodeAscending(bytes: Uint8Array): Uint32Array {
  const values = new Uint32Array(bytes.length);
  let count = 0;
  let value = 0;
  for (let at = 0; at < bytes.length; ) {
    let byte = bytes[at++]!;
    let gap = byte & 127;
    for (let shift = 7; byte >= 128; shift += 7) {
      byte = bytes[at++]!;
      gap |= (byte & 127) << shift;
    }
    value += gap >>> 0;
    values[count++] = value;
  }
  return values.slice(0, count);
}

/** Inverted lists: which ordinals (passages, ascending) have a row in a partition. */
export interface PostingLists {
  /** [partitions + 1] byte offsets into `bytes`. */
  readonly offsets: Float64Array;
  readonly bytes: Uint8Array;
}

/**
 * @param partitions distinct partitions of each passage, one passage after the other
 * @param starts [passages + 1] offsets into `partitions`
 */
export function invert(partitions: Uint32Array, starts: Float64Array, centroidCount: number): PostingLists {
  const next = new Float64Array(centroidCount + 1);
  const total = starts[starts.length - 1]!;
  for (let at = 0; at < total; at += 1) next[partitions[at]! + 1]! += 1;
  for (let partition = 0; partition < centroidCount; partition += 1) next[partition + 1]! += next[partition]!;
  const from = next.slice();
  const ordinals = new Uint32Array(total);
  for (let ordinal = 0; ordinal + 1 < starts.length; ordinal += 1) {
    for (let at = starts[ordinal]!; at < starts[ordinal + 1]!; at += 1) ordinals[next[partitions[at]!]!++] = ordinal;
  }
  const offsets = new Float64Array(centroidCount + 1);
  let size = 0;
  for (let partition = 0; partition < centroidCount; partition += 1) {
    let last = 0;
    for (let at = from[partition]!; at < from[partition + 1]!; at += 1) {
      size += gapBytes(ordinals[at]! - last);
      last = ordinals[at]!;
    }
    offsets[partition + 1] = size;
  }
  const bytes = new Uint8Array(size);
  let at = 0;
  for (let partition = 0; partition < centroidCount; partition += 1) {
    let last = 0;
    for (let index = from[partition]!; index < from[partition + 1]!; index += 1) {
      at = writeGap(bytes, at, ordinals[index]! - last);
      last = ordinals[index]!;
    }
  }
  return { offsets, bytes };
}

function gapBytes(gap: number): number {
  return gap < 128 ? 1 : gap < 16_384 ? 2 : gap < 2_097_152 ? 3 : gap < 268_435_456 ? 4 : 5;
}

/** How many postings each ordinal has. */
export function postingCounts({ bytes, offsets }: PostingLists, ordinals: number): Uint32Array {
  const counts = new Uint32Array(ordinals);
  for (let partition = 0; partition + 1 < offsets.length; partition += 1) {
    let ordinal = 0;
    for (let at = offsets[partition]!, end = offsets[partition + 1]!; at < end; ) {
      let byte = bytes[at++]!;
      let gap = byte & 127;
      for (let shift = 7; byte >= 128; shift += 7) {
        byte = bytes[at++]!;
        gap |= (byte & 127) << shift;
      }
      ordinal += gap;
      counts[ordinal]! += 1;
    }
  }
  return counts;
}

/** Ordinals of a block: what belongs to them stays in the caches. */
const BLOCK = 65_536;

/**
 * The posting lists the other way round: writes the partitions of each ordinal, ascending, block by block of ordinals.
 * @param next [ordinals] where the partitions of each go in `into`; moved on
 * @param first of the ordinals that are wanted
 * @param last the first ordinal that is not
 */
export function writePartitionsOf(
  { bytes, offsets }: PostingLists,
  next: Uint32Array,
  into: Uint16Array,
  first: number,
  last: number,
): void {
  const centroidTotal = offsets.length - 1;
  // Where each list goes on, and the ordinal before.
  const places = offsets.slice(0, centroidTotal);
  const before = new Uint32Array(centroidTotal);
  for (let end = BLOCK; end - BLOCK < last; end += BLOCK) {
    for (let partition = 0; partition < centroidTotal; partition += 1) {
      const stop = offsets[partition + 1]!;
      let at = places[partition]!;
      let ordinal = before[partition]!;
      while (at < stop) {
        let after = at + 1;
        let byte = bytes[at]!;
        let gap = byte & 127;
        for (let shift = 7; byte >= 128; shift += 7) {
          byte = bytes[after++]!;
          gap |= (byte & 127) << shift;
        }
        if (ordinal + gap >= end) break;
        ordinal += gap;
        at = after;
        if (ordinal >= first && ordinal < last) into[next[ordinal]!++] = partition;
      }
      places[partition] = at;
      before[partition] = ordinal;
    }
  }
}
