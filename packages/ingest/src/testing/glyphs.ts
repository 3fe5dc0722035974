/** Glyphs of a line as a program would set them: each half as wide as its font size, full-width ones whole. */
import type { Glyph } from '../formats/pdf/glyph.js';

export interface GlyphOptions {
  readonly x?: number | undefined;
  readonly y?: number | undefined;
  readonly size?: number | undefined;
  readonly font?: string | undefined;
  readonly mark?: string | undefined;
  readonly isArtifact?: boolean | undefined;
  /** Further apart than they are wide. */
  readonly spacing?: number | undefined;
}

let runs = 0;

/** From left to right, in the order of the text given. */
export function glyphsOf(
  text: string,
  { x = 50, y = 700, size = 10, font = 'f', mark, isArtifact = false, spacing = 0 }: GlyphOptions = {},
): Glyph[] {
  const run = runs++;
  let left = x;
  return Array.from(text, (character) => {
    const width = /\p{Mn}/u.test(character) ? 0 : /[\u3000-\u9fff\uff00-\uff60]/.test(character) ? size : size / 2;
    const glyph: Glyph = {
      text: character,
      left,
      right: left + width,
      baseline: y,
      low: y - size * 0.2,
      high: y + size * 0.8,
      size,
      direction: 0,
      font,
      run,
      mark: mark ?? null,
      isArtifact,
      isFilledIn: false,
      isNamed: true,
    };
    left += width + spacing;
    return glyph;
  });
}
