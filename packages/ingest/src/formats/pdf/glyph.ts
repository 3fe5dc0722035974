/**
 * What is printed on a page: glyphs with the text they stand for and their place along the direction of writing.
 * @module
 */

/** Quarter turns of the writing direction, 0 to 3; 4 for vertical writing; 5 for text at any other angle. */
export type Direction = 0 | 1 | 2 | 3 | 4 | 5;

export const VERTICAL = 4;
export const OBLIQUE = 5;

/** One glyph, or several whose text is stated as a whole. Places in points, along the axes of the writing direction. */
export interface Glyph {
  /** Letters in the order they are read; never empty. */
  readonly text: string;
  /** Where the pen starts and ends. */
  readonly left: number;
  readonly right: number;
  /** Distance of the baseline from the origin; lower lines have smaller ones, in vertical writing columns to the left. */
  readonly baseline: number;
  /** Extent across the line. */
  readonly low: number;
  readonly high: number;
  readonly size: number;
  readonly direction: Direction;
  /** Tells fonts of a page apart. */
  readonly font: string | number;
  /** Tells the drawing operations of a page apart. */
  readonly run: number;
  /** Marked-content sequence that the glyph is in, as the structure tree names it. */
  readonly mark: string | null;
  /** Running heads, watermarks and the like, where the file says so. */
  readonly isArtifact: boolean;
  /** Of a form field or an annotation; drawn after all else. */
  readonly isFilledIn: boolean;
  /** False where the font does not say which letter the glyph is. */
  readonly isNamed: boolean;
}

export const isBlank = ({ text }: Glyph): boolean => text.trim() === '';

const QUARTER = Math.PI / 2;
/** Scanned pages lie askew by a few degrees. */
const MOST_ASKEW = Math.PI / 12;

export function directionOf(angle: number): Direction {
  const turns = Math.round(angle / QUARTER);
  return Math.abs(angle - turns * QUARTER) > MOST_ASKEW ? OBLIQUE : ((((turns % 4) + 4) % 4) as Direction);
}

export interface Box {
  readonly left: number;
  readonly right: number;
  readonly bottom: number;
  readonly top: number;
}

type Placed = Pick<Glyph, 'left' | 'right' | 'baseline' | 'low' | 'high'>;

/** A box of the page and the pen's place in it -> along the axes of a writing direction other than an oblique one. */
export function alongAxes(direction: Direction, x: number, y: number, { left, right, bottom, top }: Box): Placed {
  switch (direction) {
    case 1:
      return { left: bottom, right: top, baseline: -x, low: -right, high: -left };
    case 2:
      return { left: -right, right: -left, baseline: -y, low: -top, high: -bottom };
    case 3:
      return { left: -top, right: -bottom, baseline: x, low: left, high: right };
    case VERTICAL:
      return { left: -top, right: -bottom, baseline: (left + right) / 2, low: left, high: right };
    default:
      return { left, right, baseline: y, low: bottom, high: top };
  }
}

/** Of the square of an ideograph. */
const ABOVE_BASELINE = 0.88;

/** The same glyph, taken as one of a column of vertical writing. Its own direction is 0 or 3. */
export function asVertical(glyph: Glyph): Glyph {
  if (glyph.direction === 3) return { ...glyph, direction: VERTICAL, baseline: (glyph.low + glyph.high) / 2 };
  const { left, right, baseline, size } = glyph;
  return {
    ...glyph,
    direction: VERTICAL,
    // The square that the letter fills: fonts may state far taller boxes.
    left: -(baseline + size * ABOVE_BASELINE),
    right: -(baseline + size * (ABOVE_BASELINE - 1)),
    baseline: (left + right) / 2,
    low: left,
    high: right,
  };
}
