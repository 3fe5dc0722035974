import type { StructTreeNode } from 'pdfjs-dist/types/src/display/api.js';
import { describe, expect, it } from 'vitest';
import { type GlyphOptions, glyphsOf } from '../../testing/glyphs.js';
import type { Glyph } from './glyph.js';
import { taggedParagraphs } from './structure.js';

/** A page written from top to bottom; text of each marked-content sequence on a line of its own, `|` starts a new line. */
function page(contents: Readonly<Record<string, string>>, artifact = ''): Glyph[] {
  const glyphs: Glyph[] = [];
  let y = 800;
  const write = (text: string, options: GlyphOptions) => {
    for (const line of text.split('|')) {
      y -= 12;
      glyphs.push(...glyphsOf(line, { ...options, y }));
    }
  };
  for (const [mark, text] of Object.entries(contents)) write(text, { mark });
  if (artifact !== '') write(artifact, { isArtifact: true });
  return glyphs;
}

/** A marked-content id, or a role and what is below it. */
type Sketch = string | readonly Sketch[];

function tree(sketch: Sketch): StructTreeNode {
  const [role, ...children] = sketch as readonly [string, ...Sketch[]];
  const nodes = children.map((child) => (typeof child === 'string' ? { type: 'content', id: child } : tree(child)));
  return { role, children: nodes } as StructTreeNode;
}

const read = (sketch: Sketch, glyphs: readonly Glyph[]) =>
  taggedParagraphs(tree(sketch), glyphs)?.map(({ text, tag }) => [tag?.kind, text]) ?? null;

describe('taggedParagraphs', () => {
  it('follows the tree, not the page: headings, order, paragraphs over several lines', () => {
    const items = page({ b: 'Der zweite Absatz geht|über zwei Zeilen.', a: 'Überschrift', c: 'Der erste.' });
    expect(read(['Root', ['Document', ['H2', 'a'], ['P', 'c'], ['P', ['Span', 'b']]]], items)).toEqual([
      ['heading', 'Überschrift'],
      ['paragraph', 'Der erste.'],
      ['paragraph', 'Der zweite Absatz geht über zwei Zeilen.'],
    ]);
    expect(taggedParagraphs(tree(['Root', ['H2', 'a'], ['P', 'b', 'c']]), items)?.[0]?.tag).toEqual({
      kind: 'heading',
      level: 2,
    });
  });

  it('gives list items with their labels, nested lists apart', () => {
    const items = page({ l1: '1.', t1: '米を研ぐ', l2: '2.', t2: '炊く', n: '弱火で' });
    const list: Sketch = [
      'Root',
      [
        'L',
        ['LI', ['Lbl', 'l1'], ['LBody', ['P', 't1']]],
        ['LI', ['Lbl', 'l2'], ['NonStruct', 't2'], ['L', ['LI', ['LBody', 'n']]]],
      ],
    ];
    expect(read(list, items)).toEqual([
      ['item', '1. 米を研ぐ'],
      ['item', '2. 炊く'],
      ['item', '弱火で'],
    ]);
  });

  it('gives a table as a line a row', () => {
    const items = page({ a: 'Stadt', b: 'Höhe', c: 'Bozen', d: '262 m' });
    const table: Sketch = [
      'Root',
      ['Table', ['THead', ['TR', ['TH', 'a'], ['TH', 'b']]], ['TR', ['TD', ['P', 'c']], ['TD', 'd']]],
    ];
    expect(read(table, items)).toEqual([['table', 'Stadt | Höhe\nBozen | 262 m']]);
  });

  it('leaves out running heads and page numbers', () => {
    expect(
      read(['Root', ['P', 'a']], page({ a: 'Text of the page.' }, 'A running head with many letters, page 12')),
    ).toEqual([['paragraph', 'Text of the page.']]);
  });

  it('takes the untagged runs of a browser for the paragraphs they stand in', () => {
    const items = page({ a: 'Read', b: 'this link', c: 'first.', d: 'Then go on.' });
    const runs: Sketch = [
      'Root',
      [
        'Div',
        ['NonStruct', ['NonStruct', 'a'], ['Link', ['NonStruct', 'b']], ['NonStruct', 'c']],
        ['NonStruct', ['NonStruct', 'd']],
      ],
    ];
    expect(read(runs, items)).toEqual([
      ['paragraph', 'Read this link first.'],
      ['paragraph', 'Then go on.'],
    ]);
  });

  it('is not believed where it leaves out much of the page', () => {
    expect(
      read(['Root', ['P', 'a']], page({ a: 'A line.', b: 'Most of the text of this page is in no tag at all.' })),
    ).toBeNull();
    expect(read(['Root', ['P']], page({}))).toBeNull();
  });
});
