/** Blocks grouped under their headings. A section without text joins the next one, so that no heading stands alone. */
import type { Block } from '../extraction.js';

export interface Section {
  /** Headings above the text, its own last. */
  readonly trail: readonly string[];
  readonly blocks: readonly Block[];
}

export function sectionsOf(blocks: readonly Block[]): Section[] {
  const sections: Section[] = [];
  let open: Block[] = [];
  let hasText = false;
  let stack: Block[] = [];
  let trail: string[] = [];

  const close = (): void => {
    if (open.length > 0) sections.push({ trail, blocks: open });
    open = [];
    hasText = false;
  };
  for (const block of blocks) {
    if (block.kind === 'heading' && block.heading !== '') {
      if (hasText) close();
      stack = [...stack.filter(({ level }) => level < block.level), block];
      trail = stack.map(({ heading }) => heading);
    } else {
      hasText = true;
    }
    open.push(block);
  }
  close();
  return sections;
}
