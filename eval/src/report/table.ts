import { displayWidth } from '@glot/text';
import type { DatasetEvaluation } from '../types.js';

/** Evaluations as a plain table: one line per data set and mode, figures right, aligned by display width; no line end at the end. */
export function formatTable(evaluations: readonly DatasetEvaluation[]): string {
  const measures = [
    ...new Set(evaluations.flatMap(({ modes }) => Object.values(modes).flatMap((values) => Object.keys(values)))),
  ];
  const rows = evaluations.flatMap(({ dataset, queries, passages, modes, timings }) =>
    Object.entries(modes).map(([mode, values], i) => [
      i === 0 ? dataset : '',
      i === 0 ? String(passages) : '',
      i === 0 ? String(queries) : '',
      mode,
      ...measures.map((name) => values[name]?.toFixed(4) ?? ''),
      timings.searchMs[mode as keyof typeof timings.searchMs]?.toFixed(1) ?? '',
    ]),
  );
  return alignColumns([['dataset', 'passages', 'queries', 'mode', ...measures, 'ms/query'], ...rows], [0, 3]);
}

/** Lines of cells to text, two blanks between columns; columns not listed in `left` are set to the right. */
export function alignColumns(rows: readonly (readonly string[])[], left: readonly number[]): string {
  const widths: number[] = [];
  for (const row of rows) {
    row.forEach((cell, column) => {
      widths[column] = Math.max(widths[column] ?? 0, displayWidth(cell));
    });
  }
  const lines = rows.map((row) => {
    const cells = row.map((cell, column) => {
      const fill = ' '.repeat(widths[column]! - displayWidth(cell));
      return left.includes(column) ? cell + fill : fill + cell;
    });
    return cells.join('  ').trimEnd();
  });
  return lines.join('\n');
}
