import { describe, expect, it } from 'vitest';
import { readMarkdown } from './markdown.js';

/** Kind and text of each block; headings with level and words. */
function outline(source: string): string[] {
  const { text, blocks } = readMarkdown(source);
  return blocks.map(({ kind, start, end, level, heading }) =>
    kind === 'heading' ? `h${level} ${heading}` : `${kind} ${text.slice(start, end)}`,
  );
}

describe('readMarkdown', () => {
  it('finds headings in both styles and strips markup and anchors from their words', () => {
    expect(
      outline(
        [
          '# 附加响应 { #additional-responses }',
          '## **با** `code_x` [link](http://a.b/(c)) ##',
          '### واجهات {/*apis*/}',
          '#no heading',
          'Titre',
          '=====',
          'two lines',
          'of title',
          '---',
          '#### <a name="x"></a>A *b* ~~c~~ \\# <abbr title="d">E</abbr>',
        ].join('\n'),
      ),
    ).toEqual([
      'h1 附加响应',
      'h2 با code_x link',
      'h3 واجهات',
      'h1 #no heading Titre',
      'h2 two lines of title',
      'h4 A b c # E',
    ]);
  });

  it('keeps fences whole, whatever stands in them', () => {
    const source = ['````md', '# not a heading', '```', '', '````', '# 見出し', '~~~', 'never closed', '# x'].join(
      '\n',
    );
    expect(outline(source)).toEqual([
      'code ````md\n# not a heading\n```\n\n````',
      'h1 見出し',
      'code ~~~\nnever closed\n# x',
    ]);
  });

  it('takes list items one by one and tables whole', () => {
    expect(outline('- 하나\n  계속\n- 둘\n\n1. drei\n\n| a | b |\n|---|:-:|\n| ก | ข |\n\ntail')).toEqual([
      'item - 하나\n  계속',
      'item - 둘',
      'item 1. drei',
      'table | a | b |\n|---|:-:|\n| ก | ข |',
      'paragraph tail',
    ]);
  });

  it('reads front matter as flat strings and keeps it out of the blocks', () => {
    const source = '---\ntitle: テスト\ntags: [a, ب]\ncount: 3\nnested: {x: 1}\ndate: 2024-01-02\n---\n本文\n';
    const { title, meta, blocks, text } = readMarkdown(source);
    expect(title).toBe('テスト');
    expect(meta).toEqual({ title: 'テスト', tags: 'a, ب', count: '3', date: '2024-01-02' });
    expect(blocks.map(({ start, end }) => text.slice(start, end))).toEqual(['本文']);
  });

  it('reads front matter that is no strict YAML line by line', () => {
    const { title, meta } = readMarkdown('---\ntitle: Taller: pinchazos\ntags: [uno, dos]\n---\nHola\n');
    expect(title).toBe('Taller: pinchazos');
    expect(meta.tags).toBe('uno, dos');
  });

  it('takes a rule at the start for a rule, and bombs of aliases for no front matter', () => {
    expect(outline('---\nJust text, no keys\n---\n')).not.toEqual([]);
    const bomb = '---\na: &a [x,x]\nb: &b [*a,*a]\nc: [*b,*b]\n---\ntext\n';
    expect(() => readMarkdown(bomb)).not.toThrow();
    expect(readMarkdown('---\n__proto__: {polluted: 1}\nx: 1\n---\n').meta).toEqual({ x: '1' });
  });

  it('accounts for every character, with any line ending', () => {
    for (const ending of ['\n', '\r\n', '\r']) {
      const source = ['# Ü', '', 'ab', 'cd', '', '* x', '', '```', 'code', '```', '<Note>', 'y', '</Note>'].join(
        ending,
      );
      const { text, blocks } = readMarkdown(source);
      let rest = text;
      for (const { start, end } of [...blocks].reverse()) rest = rest.slice(0, start) + rest.slice(end);
      expect(rest.trim()).toBe('');
    }
  });
});
