/** The numbers that Word writes before headings and items by itself (ECMA-376 part 1, 17.9): `2.3`, `(b)`, `Article IV`. */
import { child, children, elements, textRun, WORD, wordValue, type XmlDocument, type XmlElement } from './docx-xml.js';

interface Level {
  readonly start: number;
  readonly format: string;
  /** `%1.%2` stands for the numbers of the first two levels. */
  readonly text: string;
}

interface Numbering {
  /** By list, its levels and the counters that it shares with others of the same kind. */
  readonly lists: ReadonlyMap<string, { readonly kind: string; readonly levels: ReadonlyMap<number, Level> }>;
}

/** Writes the numbers into the document as text. */
export function writeNumbers(document: XmlDocument, numbering: XmlDocument | null, styles: XmlDocument | null): void {
  if (numbering === null) return;
  const { lists } = readNumbering(numbering);
  const ofStyle = numbersOfStyles(styles);
  const counters = new Map<string, number[]>();
  for (const paragraph of elements(document, WORD, 'p')) {
    const properties = child(paragraph, 'pPr');
    const style = properties && wordValue(child(properties, 'pStyle'));
    const own = properties && numbersOf(properties);
    const inherited = style ? ofStyle.get(style) : undefined;
    const list = lists.get(own?.list ?? inherited?.list ?? '');
    if (list === undefined) continue;
    const depth = own?.depth ?? inherited?.depth ?? 0;
    const level = list.levels.get(depth);
    if (level === undefined) continue;
    const counts = counters.get(list.kind) ?? [];
    counters.set(list.kind, counts);
    counts.length = depth + 1;
    counts[depth] = (counts[depth] ?? level.start - 1) + 1;
    const label = labelOf(level, list.levels, counts);
    if (label === '' || paragraph.textContent?.trim() === '') continue;
    paragraph.insertBefore(textRun(document, `${label} `), properties?.nextSibling ?? paragraph.firstChild);
  }
}

function labelOf(level: Level, levels: ReadonlyMap<number, Level>, counts: readonly number[]): string {
  if (level.format === 'bullet' || level.format === 'none') return '';
  return level.text.replace(/%(\d)/g, (_, place: string) => {
    const at = Number(place) - 1;
    const above = levels.get(at);
    return above === undefined ? '' : numeral(counts[at] ?? above.start, above.format);
  });
}

function readNumbering(document: XmlDocument): Numbering {
  const kinds = new Map<string, Map<number, Level>>();
  for (const kind of elements(document, WORD, 'abstractNum')) {
    kinds.set(kind.getAttributeNS(WORD, 'abstractNumId') ?? '', levelsOf(kind));
  }
  const lists = new Map<string, { kind: string; levels: Map<number, Level> }>();
  for (const list of elements(document, WORD, 'num')) {
    const id = list.getAttributeNS(WORD, 'numId') ?? '';
    const kind = wordValue(child(list, 'abstractNumId')) ?? '';
    const levels = new Map(kinds.get(kind) ?? []);
    let restarted = false;
    for (const override of children(list)) {
      if (override.localName !== 'lvlOverride') continue;
      const depth = Number(override.getAttributeNS(WORD, 'ilvl'));
      const start = wordValue(child(override, 'startOverride'));
      const level = levels.get(depth);
      if (level !== undefined && start !== null) {
        levels.set(depth, { ...level, start: Number(start) });
        restarted = true;
      }
    }
    lists.set(id, { kind: restarted ? `list ${id}` : `kind ${kind}`, levels });
  }
  return { lists };
}

function levelsOf(kind: XmlElement): Map<number, Level> {
  const levels = new Map<number, Level>();
  for (const level of children(kind)) {
    if (level.localName !== 'lvl') continue;
    levels.set(Number(level.getAttributeNS(WORD, 'ilvl')), {
      start: Number(wordValue(child(level, 'start')) ?? 1),
      format: wordValue(child(level, 'numFmt')) ?? 'decimal',
      text: wordValue(child(level, 'lvlText')) ?? '',
    });
  }
  return levels;
}

interface Numbers {
  readonly list?: string | undefined;
  readonly depth?: number | undefined;
}

function numbersOf(properties: XmlElement): Numbers | undefined {
  const found = child(properties, 'numPr');
  if (found === undefined) return undefined;
  const depth = wordValue(child(found, 'ilvl'));
  return { list: wordValue(child(found, 'numId')) ?? undefined, depth: depth === null ? undefined : Number(depth) };
}

/** Styles follow the style that they are based on. */
function numbersOfStyles(styles: XmlDocument | null): Map<string, Numbers> {
  const own = new Map<string, { numbers: Numbers | undefined; base: string | null }>();
  for (const style of styles === null ? [] : elements(styles, WORD, 'style')) {
    const properties = child(style, 'pPr');
    const id = style.getAttributeNS(WORD, 'styleId') ?? '';
    own.set(id, { numbers: properties && numbersOf(properties), base: wordValue(child(style, 'basedOn')) });
  }
  const all = new Map<string, Numbers>();
  for (const [id, { numbers, base }] of own) {
    let list = numbers?.list;
    let depth = numbers?.depth;
    let next = base;
    for (let steps = 0; next !== null && steps < 20 && list === undefined; steps += 1) {
      const above = own.get(next);
      list ??= above?.numbers?.list;
      depth ??= above?.numbers?.depth;
      next = above?.base ?? null;
    }
    if (list !== undefined) all.set(id, { list, depth });
  }
  return all;
}

const ROMAN: readonly (readonly [number, string])[] = [
  [1000, 'm'],
  [900, 'cm'],
  [500, 'd'],
  [400, 'cd'],
  [100, 'c'],
  [90, 'xc'],
  [50, 'l'],
  [40, 'xl'],
  [10, 'x'],
  [9, 'ix'],
  [5, 'v'],
  [4, 'iv'],
  [1, 'i'],
];

function roman(value: number): string {
  let left = Math.min(value, 4_999);
  let text = '';
  for (const [step, letters] of ROMAN) {
    for (; left >= step; left -= step) text += letters;
  }
  return text;
}

/** a, b, ... z, aa, bb, ... as Word counts with letters. */
const letters = (value: number): string =>
  value < 1 ? '' : String.fromCharCode(97 + ((value - 1) % 26)).repeat(Math.min(Math.ceil(value / 26), 10));

const HAN = ['〇', '一', '二', '三', '四', '五', '六', '七', '八', '九'];

/** Up to 99; larger ones are written as digits. */
function han(value: number): string {
  if (value < 1 || value > 99) return String(value);
  const [tens, ones] = [Math.floor(value / 10), value % 10];
  return `${tens > 1 ? HAN[tens] : ''}${tens > 0 ? '十' : ''}${ones > 0 ? HAN[ones] : ''}`;
}

function numeral(value: number, format: string): string {
  switch (format) {
    case 'lowerRoman':
      return roman(value);
    case 'upperRoman':
      return roman(value).toUpperCase();
    case 'lowerLetter':
      return letters(value);
    case 'upperLetter':
      return letters(value).toUpperCase();
    case 'decimalZero':
      return String(value).padStart(2, '0');
    case 'chineseCounting':
    case 'chineseCountingThousand':
    case 'japaneseCounting':
    case 'ideographDigital':
    case 'taiwaneseCounting':
      return han(value);
    case 'bullet':
    case 'none':
      return '';
    default:
      return String(value);
  }
}
