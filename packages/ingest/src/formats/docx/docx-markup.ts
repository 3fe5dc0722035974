/** Word's markup -> markup without what the converter drops: boxes, ruby, fields, equations, numbers become plain runs. */
import { XMLSerializer } from '@xmldom/xmldom';
import { drawingTexts } from './docx-drawings.js';
import { mathText } from './docx-math.js';
import { writeNumbers } from './docx-numbering.js';
import {
  above,
  COMPATIBILITY,
  child,
  children,
  elements,
  MATH,
  textRun,
  unwrap,
  WORD,
  type XmlDocument,
  type XmlElement,
  type XmlNode,
} from './docx-xml.js';
import { parseMarkup } from './markup.js';

const DROPPED = /<(?:w:(?:ruby|fldSimple|bdo|dir|txbxContent)|m:oMath|wps:|mc:AlternateContent)\b/;
const NUMBERED = /<w:(?:numPr|pStyle)\b/;

/** Larger parts are left to the converter as they are: a second tree of them would not fit beside its own. */
const MAX_REWRITTEN_BYTES = 16 * 2 ** 20;

const written = (document: XmlDocument): Uint8Array =>
  new TextEncoder().encode(new XMLSerializer().serializeToString(document as never));

/**
 * The parts of a document that have to be replaced.
 * @param main name of the part that holds the text
 */
export function rewriteMarkup(parts: ReadonlyMap<string, Uint8Array>, main: string): Map<string, Uint8Array> {
  const changed = new Map<string, Uint8Array>();
  const folder = main.slice(0, main.lastIndexOf('/') + 1);
  const texts = [...parts.keys()].filter(
    (name) => name === main || /^(?:footnotes|endnotes|comments)\d*\.xml$/.test(name.slice(folder.length)),
  );
  const beside = [...drawingTexts(parts, folder), ...marginTexts(parts, folder)];
  for (const name of texts) {
    const part = parts.get(name)!;
    const isMain = name === main;
    const source = new TextDecoder().decode(part);
    const numbered = isMain && parts.has(`${folder}numbering.xml`) && NUMBERED.test(source);
    const needed = DROPPED.test(source) || numbered || (isMain && beside.length > 0);
    if (!needed || part.byteLength > MAX_REWRITTEN_BYTES) continue;
    const document = parseMarkup(part);
    if (document === null) continue;
    if (numbered) {
      writeNumbers(
        document,
        parseMarkup(parts.get(`${folder}numbering.xml`)),
        parseMarkup(parts.get(`${folder}styles.xml`)),
      );
    }
    rewrite(document);
    if (isMain) appendParagraphs(document, beside);
    changed.set(name, written(document));
  }
  return changed;
}

function rewrite(document: XmlDocument): void {
  for (const choice of elements(document, COMPATIBILITY, 'AlternateContent')) takeChoice(choice);
  for (const math of elements(document, MATH, 'oMath')) {
    const text = mathText(math).trim();
    if (math.parentNode !== null) math.parentNode.insertBefore(textRun(document, text), math);
    math.parentNode?.removeChild(math);
  }
  for (const paragraph of elements(document, MATH, 'oMathPara')) unwrap(paragraph);
  for (const ruby of elements(document, WORD, 'ruby')) takeBase(ruby);
  for (const name of ['fldSimple', 'bdo', 'dir']) for (const found of elements(document, WORD, name)) unwrap(found);
  for (const box of elements(document, WORD, 'txbxContent').reverse()) takeOut(box);
}

/** Of two forms of the same drawing the newer; its text must not stand twice. */
function takeChoice(alternate: XmlElement): void {
  const chosen = child(alternate, 'Choice') ?? child(alternate, 'Fallback');
  const hasText = chosen !== undefined && (chosen.textContent ?? '').trim() !== '';
  for (const form of [...children(alternate)]) {
    if (hasText ? form !== chosen : form.localName === 'Choice' && child(alternate, 'Fallback') !== undefined) {
      alternate.removeChild(form);
    }
  }
  for (const form of [...children(alternate)]) unwrap(form);
  unwrap(alternate);
}

/** Furigana and pinyin repeat the word beside them. */
function takeBase(ruby: XmlElement): void {
  const run = above(ruby, 'r');
  const base = child(ruby, 'rubyBase');
  if (run?.parentNode != null && base !== undefined) {
    for (const inner of [...children(base)]) run.parentNode.insertBefore(inner, run);
  }
  ruby.parentNode?.removeChild(ruby);
}

/** Paragraphs of a text box, behind the paragraph that it hangs on. */
function takeOut(box: XmlElement): void {
  const anchor = above(box, 'p');
  if (anchor?.parentNode == null) return;
  const behind = anchor.nextSibling;
  for (const paragraph of [...children(box)]) anchor.parentNode.insertBefore(paragraph, behind);
  box.parentNode?.removeChild(box);
}

/** Lines of headers and footers, each once; those that say little but the page's number are of no page in particular. */
function marginTexts(parts: ReadonlyMap<string, Uint8Array>, folder: string): string[] {
  const lines = new Set<string>();
  const names = [...parts.keys()].filter((name) => /^(?:header|footer)\d*\.xml$/.test(name.slice(folder.length)));
  for (const name of names.sort().reverse()) {
    const document = parseMarkup(parts.get(name));
    if (document === null) continue;
    for (const paragraph of elements(document, WORD, 'p')) {
      const instructions = [
        ...elements(paragraph, WORD, 'instrText').map(({ textContent }) => textContent ?? ''),
        ...elements(paragraph, WORD, 'fldSimple').map((field) => field.getAttributeNS(WORD, 'instr') ?? ''),
      ];
      const hasNumber = instructions.some((instruction) => /\b(?:NUM)?PAGES?\b/i.test(instruction));
      const text = elements(paragraph, WORD, 't')
        .map(({ textContent }) => textContent ?? '')
        .join('')
        .trim();
      const letters = text.match(/\p{L}/gu)?.length ?? 0;
      if (letters > (hasNumber ? MOST_BESIDE_NUMBER : 0)) lines.add(text);
    }
  }
  return [...lines];
}

/** Letters that stand with the number: `Sivu 7 / 12`, `Página 7 de 12`. */
const MOST_BESIDE_NUMBER = 12;

function appendParagraphs(document: XmlDocument, texts: readonly string[]): void {
  const body = elements(document, WORD, 'body')[0];
  if (body === undefined) return;
  const last = [...children(body)].at(-1);
  const before: XmlNode | null = last?.localName === 'sectPr' ? last : null;
  for (const text of texts) {
    const paragraph = document.createElementNS(WORD, 'w:p');
    paragraph.appendChild(textRun(document, text));
    body.insertBefore(paragraph, before);
  }
}
