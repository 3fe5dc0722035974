/** What elements draw that hold no running text: formulas, diagrams, pictures. */
import { grouped, raised } from '../formulas.js';
import { childElements, type HtmlNode, nameOf } from './html-node.js';

/** Deeper formulas and diagrams than these no person reads. */
const MAX_DEPTH = 100;

const FILE_NAME = /^\S+\.(?:avif|bmp|gif|jpe?g|png|svg|tiff?|webp)$/i;

/** Null for elements that are read by their children. */
export function drawnText(node: HtmlNode): string | null {
  switch (nameOf(node)) {
    case 'MATH':
      return formula(node, 0);
    case 'SVG':
      return ` ${labels(node, 0).join(' ')} `;
    case 'IMG': {
      const alt = node.getAttribute?.('alt')?.trim() ?? '';
      return FILE_NAME.test(alt) ? '' : ` ${alt} `;
    }
    default:
      return null;
  }
}

function labels(node: HtmlNode, depth: number): string[] {
  if (depth > MAX_DEPTH) return [];
  return childElements(node).flatMap((child) =>
    nameOf(child) === 'TEXT' ? [child.textContent ?? ''] : labels(child, depth + 1),
  );
}

/** Of MathML. */
function formula(node: HtmlNode, depth: number): string {
  const inner = childElements(node);
  if (depth > MAX_DEPTH || inner.length === 0) return (node.textContent ?? '').trim();
  const parts = inner.map((child) => formula(child, depth + 1));
  const [first = '', second = '', third = ''] = parts;
  switch (nameOf(node)) {
    case 'SEMANTICS':
      return first;
    case 'MFRAC':
      return `${grouped(first)}/${grouped(second)}`;
    case 'MSUP':
    case 'MOVER':
      return first + raised(second);
    case 'MSUB':
    case 'MUNDER':
      return `${first}_${grouped(second)}`;
    case 'MSUBSUP':
    case 'MUNDEROVER':
      return `${first}_${grouped(second)}${raised(third)}`;
    case 'MSQRT':
      return `√${grouped(parts.join(''))}`;
    case 'MROOT':
      return `${raised(second)}√${grouped(first)}`;
    case 'MTABLE':
      return `[${parts.join('; ')}]`;
    case 'MTR':
      return parts.join(', ');
    case 'MPHANTOM':
      return '';
    default:
      return parts.join('');
  }
}
