import { describe, expect, it } from 'vitest';
import { readMarkdown } from './read-markdown.js';

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

  it('keeps blocks of HTML and indented code whole, and reads what stands below items', () => {
    const html = [
      '<!--',
      '# kein Titel',
      '-->',
      '<pre>',
      '# 見出しではない',
      '</pre>',
      '<script>',
      '# x',
      '</script>',
      '# 本物',
    ];
    expect(outline(html.join('\n'))).toEqual([
      'markup <!--\n# kein Titel\n-->',
      'code <pre>\n# 見出しではない\n</pre>',
      'code <script>\n# x\n</script>',
      'h1 本物',
    ]);
    expect(outline('Beispiel:\n\n    ```\n    # x\n\n    y\n\n## Weiter')).toEqual([
      'paragraph Beispiel:',
      'code     ```\n    # x\n\n    y',
      'h2 Weiter',
    ]);
    expect(outline('- un\n\n    ```sh\n    # deux\n    ```\n\n## trois')).toEqual([
      'item - un',
      'code     ```sh\n    # deux\n    ```',
      'h2 trois',
    ]);
    expect(outline('<!-- nie geschlossen\n\n# Titel')).toEqual(['paragraph <!-- nie geschlossen', 'h1 Titel']);
  });

  it('knows callouts in each of their spellings, and their text is no code', () => {
    const lines = [
      '> [!WARNING]',
      '> Nicht über **60 °C** waschen.',
      '',
      '> [!tip]- 保存方法',
      '> 冷暗所に置く。',
      '',
      '!!! note "Ghi chú"',
      '    Nước phải đun sôi.',
      '',
      '    Thêm một câu.',
      '',
      '=== "Linux"',
      '',
      '    ```sh',
      '    # kein Titel',
      '    ```',
      '',
      ':::danger',
      'لا تفتح الغطاء.',
      ':::',
    ];
    expect(outline(lines.join('\n'))).toEqual([
      'markup > [!WARNING]',
      'paragraph > Nicht über **60 °C** waschen.',
      'paragraph > [!tip]- 保存方法\n> 冷暗所に置く。',
      'paragraph !!! note "Ghi chú"\n    Nước phải đun sôi.',
      'paragraph     Thêm một câu.',
      'paragraph === "Linux"',
      'code     ```sh\n    # kein Titel\n    ```',
      'markup :::danger',
      'paragraph لا تفتح الغطاء.',
      'markup :::',
    ]);
  });

  it('reads the modules of MDX as code, in MDX alone', () => {
    const source =
      "import { Chart } from './chart.js'\nexport const meta = {\n  title: '# x'\n}\n\n# Gezeiten\n\n{/* Notiz */}\n<>\n<Chart year={2024}>\nZweimal am Tag.\n</Chart>\n</>";
    const { text, blocks } = readMarkdown(source, 'mdx');
    expect(blocks.map(({ kind, start, end }) => [kind, text.slice(start, end).split('\n')[0]])).toEqual([
      ['code', "import { Chart } from './chart.js'"],
      ['heading', '# Gezeiten'],
      ['markup', '{/* Notiz */}'],
      ['markup', '<>'],
      ['markup', '<Chart year={2024}>'],
      ['paragraph', 'Zweimal am Tag.'],
      ['markup', '</Chart>'],
      ['markup', '</>'],
    ]);
    expect(outline('import tax applies\n\nto tea')).toEqual(['paragraph import tax applies', 'paragraph to tea']);
  });

  it('reads wiki links in headings as they are shown', () => {
    expect(outline('# [[Tide tables|Tidenkalender]] und [[潮汐#満潮]]\n\nSiehe ![[karte.png]] und [[Ebbe]].')).toEqual([
      'h1 Tidenkalender und 潮汐 › 満潮',
      'paragraph Siehe ![[karte.png]] und [[Ebbe]].',
    ]);
  });

  it('leaves the bytes of images out, lines kept', () => {
    const bytes = 'iVBORw0KGgo'.repeat(40);
    const { text } = readMarkdown(
      `前\n![plan](data:image/png;base64,${bytes})\n[a]: data:image/png;base64,${bytes}\n後`,
    );
    expect(text).toBe('前\n![plan](data:image/png)\n[a]: data:image/png\n後');
    const wrapped = readMarkdown(`<img src="data:image/gif;base64,${bytes}\n${bytes}\n${bytes}">\nשלום`).text;
    expect(wrapped).toBe('<img src="data:image/gif\n\n">\nשלום');
    expect(readMarkdown('data: 12, metadata:x,y').text).toBe('data: 12, metadata:x,y');
  });

  it('reads front matter of TOML and JSON, and takes a paragraph between rules for text', () => {
    expect(readMarkdown('+++\ntitle = "Fähre"\ntags = ["a", "b"]\n+++\nText').meta).toEqual({
      title: 'Fähre',
      tags: 'a, b',
    });
    expect(readMarkdown('{\n  "title": "渡し船",\n  "draft": false\n}\nText').meta).toEqual({
      title: '渡し船',
      draft: 'false',
    });
    expect(outline('---\n\nNur ein Satz, kein Kopf. Zeit: Mittag.\n\n---\n\nMehr.')).toEqual([
      'markup ---',
      'paragraph Nur ein Satz, kein Kopf. Zeit: Mittag.',
      'markup ---',
      'paragraph Mehr.',
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
