/** Words of diagrams and charts, which stand in parts of their own: labels of shapes, names and values of series. */
import { child, elements, type XmlElement } from './docx-xml.js';
import { parseMarkup } from './markup.js';

const DRAWING = 'http://schemas.openxmlformats.org/drawingml/2006/main';
const CHART = 'http://schemas.openxmlformats.org/drawingml/2006/chart';

/** A chart of more points is read to this one. */
const MOST_POINTS = 500;

/** Lines, in the order of the parts' names. */
export function drawingTexts(parts: ReadonlyMap<string, Uint8Array>, folder: string): string[] {
  const names = [...parts.keys()].filter((name) => name.startsWith(folder)).sort();
  return names.flatMap((name) => {
    const own = name.slice(folder.length);
    if (/^diagrams\/data\d*\.xml$/.test(own)) return labels(parts.get(name));
    return /^charts\/chart\d*\.xml$/.test(own) ? series(parts.get(name)) : [];
  });
}

function labels(part: Uint8Array | undefined): string[] {
  const document = parseMarkup(part);
  return document === null ? [] : paragraphsOf(document.documentElement);
}

const paragraphsOf = (root: XmlElement): string[] =>
  elements(root, DRAWING, 'p').flatMap((paragraph) => {
    const text = elements(paragraph, DRAWING, 't').map(({ textContent }) => textContent ?? '');
    return text.join('').trim() || [];
  });

function series(part: Uint8Array | undefined): string[] {
  const document = parseMarkup(part);
  if (document === null) return [];
  const titles = elements(document, CHART, 'title').flatMap((title) => paragraphsOf(title));
  const rows = elements(document, CHART, 'ser').flatMap((own) => {
    const name = pointsOf(own, 'tx').join(' ');
    const [categories, values] = [
      [...pointsOf(own, 'cat'), ...pointsOf(own, 'xVal')],
      [...pointsOf(own, 'val'), ...pointsOf(own, 'yVal')],
    ];
    const points = categories.map((category, at) =>
      [category, values[at] ?? ''].filter((text) => text !== '').join(' '),
    );
    return [name, points.join(', ')].filter((text) => text !== '').join(': ') || [];
  });
  return [...titles, ...rows];
}

const pointsOf = (own: XmlElement, name: string): string[] => {
  const part = child(own, name);
  if (part === undefined) return [];
  return elements(part, CHART, 'v')
    .slice(0, MOST_POINTS)
    .map(({ textContent }) => (textContent ?? '').trim());
};
