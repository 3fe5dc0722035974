import { describe, expect, it } from 'vitest';
import { readHtml } from './read-html.js';

const lines = (source: string): string[] => readHtml(source).text.split(/\n+/);

describe('a page', () => {
  it('has the body that a browser sees, whatever its tags say', () => {
    expect(lines('<!-- <body> --><title>x</title><h1>Öfen</h1><p>eins<script>"<body>"</script>')).toEqual([
      'Öfen',
      'eins',
    ]);
    expect(lines('<html><body><p>一</p></body></html><body><p>二</p></body>後')).toEqual(['一', '二', '後']);
  });

  it('is read inside a form, without its controls', () => {
    const form =
      '<form><h1>Αίτηση</h1><p>Ώρες: 9</p><select><option>x</select><input value=y><button>OK</button></form>';
    expect(lines(form)).toEqual(['Αίτηση', 'Ώρες: 9']);
  });

  it('is read to its end where XHTML ends its title or a script at once', () => {
    const head =
      '<?xml version="1.0"?><html xmlns="http://www.w3.org/1999/xhtml"><head><title/><script src="a.js"/></head>';
    expect(lines(`${head}<body><p>Zeder</p><script/><p>Φοίνικας</p></body></html>`)).toEqual(['Zeder', 'Φοίνικας']);
  });

  it('is read with its formulas, the labels of its diagrams and what stands for its pictures', () => {
    const math =
      '<math><semantics><mrow><mi>E</mi><mo>=</mo><mi>m</mi><msup><mi>c</mi><mn>2</mn></msup></mrow><annotation>mc^2</annotation></semantics></math>';
    expect(lines(`<p>Nach Einstein ${math}.</p>`)).toEqual(['Nach Einstein E=mc².']);
    expect(lines('<p>Plan:</p><svg><title>x</title><g><text>水門</text><text>Wehr</text></g></svg>')).toEqual([
      'Plan:',
      '水門 Wehr',
    ]);
    expect(lines('<p>Am Teich <img src="r.png" alt="Ein Reiher im Schilf"><img alt="r.png"><img alt=""></p>')).toEqual([
      'Am Teich Ein Reiher im Schilf',
    ]);
  });

  it('is read with panels that its buttons open, and without other hidden parts', () => {
    const page = `<h2><button aria-expanded="false" aria-controls="p">Wann?</button></h2><div id="p" hidden>Um neun.</div>
      <h2><button aria-expanded="false">Wo?</button></h2><div style="display:none">Am Hafen.</div>
      <div role="tablist"><a role="tab" aria-controls="t">Preise</a></div><div id="t" hidden>Drei Euro.</div>
      <ul><li><a data-toggle="tab" href="#u">Anfahrt</a></ul><div id="u" style="display: none">Linie 4.</div>
      <div hidden="until-found">Geheim nicht.</div><div hidden>Vorlage</div><button>Senden</button>`;
    expect(lines(page)).toEqual([
      'Wann?',
      'Um neun.',
      'Wo?',
      'Am Hafen.',
      'Preise',
      'Drei Euro.',
      'Anfahrt',
      'Linie 4.',
      'Geheim nicht.',
    ]);
  });

  it('keeps what stands around its article, and leaves its menus', () => {
    const article = `<article><h1>Bäckerei</h1><p>${'Wir backen Brot im alten Ofen. '.repeat(20)}</p></article>`;
    const menu =
      '<div class=m><ul><li><a href=/a>Start</a><li><a href=/b>Über uns</a><li><a href=/c>Karte</a></ul></div>';
    const contact =
      '<div><h2>Kontakt</h2><p><a href="tel:1">555-0142</a></p><p><a href="mailto:a@b.example">a@b.example</a></p></div>';
    const all = lines(`${menu}<nav><p>Pfad</p></nav>${article}${contact}<footer>${menu}</footer>`);
    expect(all).toEqual(['Bäckerei', expect.stringContaining('Wir backen'), 'Kontakt', '555-0142', 'a@b.example']);
  });

  it('is its links where these are all it has', () => {
    const list = '<ul><li><a href=/1>第一章</a><li><a href=/2>第二章</a><li><a href=/3>第三章</a></ul>';
    expect(lines(`<h1>目次</h1>${list}`)).toContain('第二章');
  });

  it('repeats cells that span rows in each of them, within limits', () => {
    const table = '<table><tr><th rowspan=2>Mai<td>312<td>a<tr><td>845<td>b<tr><th>Juni<td colspan=2>keine</table>';
    expect(lines(table)).toEqual(['Mai | 312 | a', 'Mai | 845 | b', 'Juni | keine']);
    const huge = `<table>${'<tr><td rowspan=60000>x'.repeat(300)}</table>`;
    expect(readHtml(huge).text.length).toBeLessThan(2_000_000);
  });

  it('tells of what it leaves out', () => {
    const page = `<nav><a href=/a>Start</a></nav><p>Öffnungszeiten</p><div hidden>Entwurf</div>
      <select><option>Nord<option>Süd</select><noscript><p>Bitte <b>Skripte</b> zulassen</noscript>`;
    expect(readHtml(page).notes).toEqual([
      {
        kind: 'left-out',
        detail:
          'navigation (5 letters), hidden parts (7 letters), choices and fields of forms (7 letters), what stands in for scripts, frames and players (20 letters)',
      },
    ]);
  });
});
