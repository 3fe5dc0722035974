import { docxOf, zipOf } from '@glot/testing';
import { describe, expect, it } from 'vitest';
import { readDocx } from './read-docx.js';

const XMLNS =
  'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main" xmlns:m="http://schemas.openxmlformats.org/officeDocument/2006/math" xmlns:mc="http://schemas.openxmlformats.org/markup-compatibility/2006" xmlns:wps="http://schemas.microsoft.com/office/word/2010/wordprocessingShape" xmlns:v="urn:schemas-microsoft-com:vml"';
const run = (text: string): string => `<w:r><w:t xml:space="preserve">${text}</w:t></w:r>`;
const paragraph = (inner: string): string => `<w:p>${inner}</w:p>`;
const part = (name: string, inner: string): string => `<?xml version="1.0"?><w:${name} ${XMLNS}>${inner}</w:${name}>`;
const RELATIONSHIPS =
  '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="r" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/officeDocument" Target="word/document.xml"/></Relationships>';

/** A package of these parts below `word/`. */
const packageOf = (parts: Record<string, string>): Buffer =>
  zipOf({
    '[Content_Types].xml':
      '<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"><Default Extension="xml" ContentType="application/xml"/><Override PartName="/word/document.xml" ContentType="application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml"/></Types>',
    '_rels/.rels': RELATIONSHIPS,
    ...Object.fromEntries(Object.entries(parts).map(([name, content]) => [`word/${name}`, content])),
  });
const textOf = async (body: string, parts: Record<string, string> = {}): Promise<string> =>
  (await readDocx(packageOf({ 'document.xml': part('document', `<w:body>${body}<w:sectPr/></w:body>`), ...parts })))
    .text;

describe('a Word document', () => {
  it('is read with what stands in fields, overrides of direction and ruby', async () => {
    const field = `<w:fldSimple w:instr=" REF a ">${run('Abbildung 3')}</w:fldSimple>`;
    expect(await textOf(paragraph(run('Siehe ') + field + run('.')))).toBe('Siehe Abbildung 3.');
    expect(
      await textOf(paragraph(`<w:bdo w:val="rtl">${run('שלום')}</w:bdo><w:dir w:val="ltr">${run(' QX')}</w:dir>`)),
    ).toBe('שלום QX');
    const ruby = `<w:r><w:ruby><w:rt>${run('さどう')}</w:rt><w:rubyBase>${run('茶道')}</w:rubyBase></w:ruby></w:r>`;
    expect(await textOf(paragraph(run('木曜日は') + ruby + run('です。')))).toBe('木曜日は茶道です。');
  });

  it('is read with its text boxes, once where two forms of a drawing hold them', async () => {
    const box = (text: string): string => `<w:txbxContent>${paragraph(run(text))}</w:txbxContent>`;
    const both = `<mc:AlternateContent><mc:Choice Requires="wps"><w:drawing><wps:txbx>${box('Не курить')}</wps:txbx></w:drawing></mc:Choice><mc:Fallback><w:pict><v:textbox>${box('Не курить')}</v:textbox></w:pict></mc:Fallback></mc:AlternateContent>`;
    const text = await textOf(paragraph(`${run('Вход')}<w:r>${both}</w:r>`) + paragraph(run('Выход')));
    expect(text).toBe('Вход\n\nНе курить\n\nВыход');
  });

  it('is read with its equations as people type them', async () => {
    const m = (name: string, inner: string): string => `<m:${name}>${inner}</m:${name}>`;
    const t = (text: string): string => `<m:r><m:t>${text}</m:t></m:r>`;
    const squared = m('sSup', m('e', t('b')) + m('sup', t('2')));
    const root = m('rad', m('deg', '') + m('e', squared + t('-4ac')));
    const fraction = m('f', m('num', t('-b±') + root) + m('den', t('2a')));
    expect(await textOf(paragraph(`${run('Lösung: ')}<m:oMath>${t('x=')}${fraction}</m:oMath>`))).toBe(
      'Lösung: x=(-b±√(b²-4ac))/2a',
    );
  });

  it('is read with the numbers that Word counts', async () => {
    const numbering = part(
      'numbering',
      `<w:abstractNum w:abstractNumId="0"><w:lvl w:ilvl="0"><w:start w:val="1"/><w:numFmt w:val="decimal"/><w:lvlText w:val="§ %1"/></w:lvl><w:lvl w:ilvl="1"><w:start w:val="1"/><w:numFmt w:val="lowerLetter"/><w:lvlText w:val="%1.%2)"/></w:lvl></w:abstractNum><w:num w:numId="5"><w:abstractNumId w:val="0"/></w:num>`,
    );
    const styles = part(
      'styles',
      `<w:style w:type="paragraph" w:styleId="Klausel"><w:name w:val="Klausel"/><w:pPr><w:numPr><w:numId w:val="5"/></w:numPr></w:pPr></w:style>`,
    );
    const styled = (text: string): string => paragraph(`<w:pPr><w:pStyle w:val="Klausel"/></w:pPr>${run(text)}`);
    const direct = (text: string): string =>
      paragraph(`<w:pPr><w:numPr><w:ilvl w:val="1"/><w:numId w:val="5"/></w:numPr></w:pPr>${run(text)}`);
    const text = await textOf(
      styled('Miete') + direct('Höhe') + direct('Fälligkeit') + styled('Kündigung') + direct('Frist'),
      {
        'numbering.xml': numbering,
        'styles.xml': styles,
      },
    );
    expect(text.split(/\n+/)).toEqual(['§ 1 Miete', '1.a) Höhe', '1.b) Fälligkeit', '§ 2 Kündigung', '2.a) Frist']);
  });

  it('is read with headers and footers, each once and without page numbers', async () => {
    const text = await textOf(paragraph(run('本文')), {
      'header1.xml': part('hdr', paragraph(run('社外秘'))),
      'header2.xml': part('hdr', paragraph(run('社外秘'))),
      'footer1.xml': part('ftr', paragraph(`${run('Seite ')}<w:fldSimple w:instr=" PAGE ">${run('7')}</w:fldSimple>`)),
    });
    expect(text).toBe('本文\n\n社外秘');
  });

  it('is read with a footer that says more than the number of the page', async () => {
    const footer = `${run('Mietvertrag Lindenstraße 4, Seite ')}<w:fldSimple w:instr=" PAGE ">${run('7')}</w:fldSimple>`;
    const text = await textOf(paragraph(run('§ 1')), { 'footer1.xml': part('ftr', paragraph(footer)) });
    expect(text).toBe('§ 1\n\nMietvertrag Lindenstraße 4, Seite 7');
  });

  it('is read with the words of its diagrams and charts', async () => {
    const label = (text: string): string => `<a:p><a:r><a:t>${text}</a:t></a:r></a:p>`;
    const drawn = (name: string, inner: string): string =>
      `<${name} xmlns:dgm="d" xmlns:c="http://schemas.openxmlformats.org/drawingml/2006/chart" xmlns:a="http://schemas.openxmlformats.org/drawingml/2006/main">${inner}</${name}>`;
    const points = (name: string, values: readonly string[]): string =>
      `<c:${name}><c:strRef><c:strCache>${values.map((value) => `<c:pt><c:v>${value}</c:v></c:pt>`).join('')}</c:strCache></c:strRef></c:${name}>`;
    const series = `<c:ser>${points('tx', ['Umsatz'])}${points('cat', ['Mai', 'Juni'])}${points('val', ['31', '28'])}</c:ser>`;
    const text = await textOf(paragraph(run('Ablauf')), {
      'diagrams/data1.xml': drawn('dgm:dataModel', label('Заявка') + label('Проверка')),
      'charts/chart1.xml': drawn(
        'c:chartSpace',
        `<c:chart><c:title><c:tx><c:rich>${label('Quartal')}</c:rich></c:tx></c:title>${series}</c:chart>`,
      ),
    });
    expect(text.split(/\n+/)).toEqual(['Ablauf', 'Quartal', 'Umsatz: Mai 31, Juni 28', 'Заявка', 'Проверка']);
  });

  it('tells of files within it', async () => {
    const { notes } = await readDocx(
      packageOf({
        'document.xml': part('document', `<w:body>${paragraph(run('Anlage'))}</w:body>`),
        'embeddings/Tabelle1.xlsx': 'x',
      }),
    );
    expect(notes).toEqual([{ kind: 'left-out', detail: 'embedded files: word/embeddings/Tabelle1.xlsx' }]);
  });

  it('keeps what it was without any of these', async () => {
    expect((await readDocx(docxOf(paragraph(run('편지입니다'))))).text).toBe('편지입니다');
  });
});
