/** Equations of Word (Office Math, ECMA-376 part 1, 22.1) as people type them in a line: `x=(-b±√(b²-4ac))/2a`. */
import { grouped, raised } from '../formulas.js';
import { child, children, MATH, type XmlElement } from './docx-xml.js';

/** Deeper formulas than these no person reads. */
const MAX_DEPTH = 100;

export function mathText(element: XmlElement, depth = 0): string {
  if (depth > MAX_DEPTH) return element.textContent ?? '';
  const part = (name: string): string => {
    const found = child(element, name);
    return found === undefined ? '' : mathText(found, depth + 1);
  };
  switch (element.localName) {
    case 't':
      return element.textContent ?? '';
    case 'f':
      return `${grouped(part('num'))}/${grouped(part('den'))}`;
    case 'sSup':
      return part('e') + raised(part('sup'));
    case 'sSub':
      return `${part('e')}_${grouped(part('sub'))}`;
    case 'sSubSup':
      return `${part('e')}_${grouped(part('sub'))}${raised(part('sup'))}`;
    case 'rad': {
      const degree = part('deg');
      return `${degree === '' ? '' : raised(degree)}√${grouped(part('e'))}`;
    }
    case 'nary': {
      const limits = [
        ['_', part('sub')],
        ['^', part('sup')],
      ].map(([sign, limit]) => (limit === '' ? '' : `${sign}${grouped(limit!)}`));
      return `${property(element, 'naryPr', 'chr') ?? '∫'}${limits.join('')} ${part('e')}`;
    }
    case 'd': {
      const inner = [...children(element)].filter(({ localName }) => localName === 'e');
      const [open, shut] = [property(element, 'dPr', 'begChr') ?? '(', property(element, 'dPr', 'endChr') ?? ')'];
      const between = property(element, 'dPr', 'sepChr') ?? '|';
      return `${open}${inner.map((e) => mathText(e, depth + 1)).join(between)}${shut}`;
    }
    case 'm':
      return `[${rowsOf(element, depth).join('; ')}]`;
    default: {
      let text = '';
      for (const inner of children(element)) {
        if (!inner.localName?.endsWith('Pr')) text += mathText(inner, depth + 1);
      }
      return text;
    }
  }
}

const rowsOf = (matrix: XmlElement, depth: number): string[] =>
  [...children(matrix)]
    .filter(({ localName }) => localName === 'mr')
    .map((row) => [...children(row)].map((cell) => mathText(cell, depth + 1)).join(', '));

function property(element: XmlElement, group: string, name: string): string | null {
  const properties = child(element, group);
  const found = properties === undefined ? undefined : child(properties, name);
  return found === undefined ? null : found.getAttributeNS(MATH, 'val');
}
