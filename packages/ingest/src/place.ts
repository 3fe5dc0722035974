/** A part of a document that readers name, from an offset of its text up to the next place. */
export interface Place {
  readonly kind: 'page' | 'sheet' | 'slide' | 'chapter' | 'time';
  /** What a reader calls it: `3` for a page or slide, the name of a sheet or chapter, `1:04:12` for a moment. */
  readonly label: string;
  /** Where it begins. A place without text begins where the next one does. */
  readonly start: number;
}
