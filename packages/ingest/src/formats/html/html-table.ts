/** Tables as lines: a row each, cells parted by ` | `, with cells that span rows in each of these. */
import { childElements, ELEMENT, type HtmlNode, nameOf, TEXT } from './html-node.js';

/** HTML's own limits are 1,000 columns and 65,534 rows; a page of a few cells may claim them all. */
const MAX_ROWS_SPANNED = 1_000;
const MAX_CELLS = 200_000;

/** @param words the tidy text of a cell */
export function tableLines(table: HtmlNode, words: (node: HtmlNode) => string): string[] {
  const lines: string[] = [];
  /** By column: what still stands above the rows to come. */
  const spanning = new Map<number, { text: string; rows: number }>();
  let repeated = 0;

  const addRow = (row: HtmlNode): void => {
    const cells: string[] = [];
    const takeSpanning = (): void => {
      for (let above = spanning.get(cells.length); above !== undefined; above = spanning.get(cells.length)) {
        above.rows -= 1;
        if (above.rows === 0) spanning.delete(cells.length);
        cells.push(above.text);
        repeated += 1;
      }
    };
    for (const cell of childElements(row)) {
      takeSpanning();
      const text = words(cell);
      const rows = Math.min(spanOf(cell, 'rowspan'), MAX_ROWS_SPANNED);
      if (rows > 1 && text !== '' && repeated < MAX_CELLS) spanning.set(cells.length, { text, rows: rows - 1 });
      cells.push(text);
    }
    takeSpanning();
    if (cells.some((cell) => cell !== '')) lines.push(cells.join(' | '));
  };
  const visit = (node: HtmlNode): void => {
    for (const child of node.childNodes) {
      const name = nameOf(child);
      if (name === 'TR') addRow(child);
      else if (name === 'THEAD' || name === 'TBODY' || name === 'TFOOT') {
        visit(child);
        spanning.clear();
      } else if (child.nodeType === ELEMENT || child.nodeType === TEXT) lines.push(words(child));
    }
  };
  visit(table);
  return lines.filter((line) => line !== '');
}

const spanOf = (cell: HtmlNode, name: string): number => {
  const span = Number.parseInt(cell.getAttribute?.(name) ?? '', 10);
  return span > 0 ? span : 1;
};
