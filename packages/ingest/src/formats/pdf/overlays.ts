/** Text that lies across other text (a watermark) parts no paragraph and is no heading. */
import { type Glyph, isBlank, OBLIQUE } from './glyph.js';
import type { Row } from './rows.js';

/** An overlay is at least this much larger than what it lies across. */
const LARGER = 1.8;
const FEWEST_CROSSED = 2;

interface Extent {
  readonly left: number;
  readonly right: number;
  readonly low: number;
  readonly high: number;
}

export function withoutOverlays(rows: readonly Row[]): { readonly text: Row[]; readonly overlays: Row[] } {
  const extents = rows.map(extentOf);
  const sizes = rows.map((row) => row.reduce((size, glyph) => Math.max(size, glyph.size), 0));
  const body = [...sizes].sort((a, b) => a - b)[sizes.length >> 1] ?? 0;
  const isOverlay = (at: number): boolean => {
    const own = rows[at]!;
    if (own[0]!.direction === OBLIQUE) return true;
    if (sizes[at]! < body * LARGER) return false;
    const crossed = rows.filter(
      (row, other) =>
        row[0]!.direction === own[0]!.direction &&
        sizes[other]! * LARGER <= sizes[at]! &&
        crosses(extents[at]!, extents[other]!),
    );
    return crossed.length >= FEWEST_CROSSED;
  };
  const overlays = new Set(rows.filter((_, at) => isOverlay(at)));
  return { text: rows.filter((row) => !overlays.has(row)), overlays: [...overlays] };
}

function extentOf(row: Row): Extent {
  const inked = row.filter((glyph) => !isBlank(glyph));
  const of = (side: 'left' | 'right' | 'low' | 'high', pick: (a: number, b: number) => number): number =>
    inked.reduce((value, glyph: Glyph) => pick(value, glyph[side]), inked[0]![side]);
  return {
    left: of('left', Math.min),
    right: of('right', Math.max),
    low: of('low', Math.min),
    high: of('high', Math.max),
  };
}

/** Initials over several lines stand beside them, not across. */
function crosses(overlay: Extent, line: Extent): boolean {
  const middle = (line.low + line.high) / 2;
  const common = Math.min(overlay.right, line.right) - Math.max(overlay.left, line.left);
  return middle > overlay.low && middle < overlay.high && common > (overlay.right - overlay.left) * 0.3;
}
