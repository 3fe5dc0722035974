import { hybridGain, type ModelReport, meanOf, type SetFigures } from './figures.js';

const MODES = ['lexical', 'semantic', 'hybrid'] as const;

export function markdown(report: ModelReport): string {
  const { sets, pairs, encoding } = report;
  const gain = hybridGain(sets);
  const accuracies = Object.values(pairs);
  const parts = [
    '# The embedded model through glot',
    `Made by \`pnpm report:model\` on ${report.machine}, ${report.threads} threads, ${report.made}. Model: ${report.model}, ${(report.modelBytes / 1e6).toFixed(1)} MB on disk. nDCG@10 by exhaustive search over all queries; a passage longer than the model reads counts by its best piece, but lexically as a whole.`,
    table(sets),
  ];
  if (gain) {
    parts.push(
      `Hybrid against lexical (BM25) over the sets in one language: ${signed(gain.mean)} on average, ${signed(gain.worst)} on the worst.`,
    );
  }
  if (accuracies.length > 0) {
    const rows = Object.entries(pairs).map(([name, accuracy]) => `| ${name} | ${accuracy.toFixed(3)} |`);
    parts.push(
      '## Tatoeba: the English translation comes first among 1,000',
      ['| pair | accuracy@1 |', '| --- | --- |', ...rows, `| mean | ${meanOf(accuracies).toFixed(3)} |`].join('\n'),
    );
  }
  if (encoding) {
    parts.push(
      '## Speed',
      `Encoding one query: ${encoding.queryMs.toFixed(2)} ms. Passages: ${Math.round(encoding.documentTokensPerSecond).toLocaleString('en')} tokens a second. Medians of ${encoding.runs} runs.`,
    );
  }
  return `${parts.join('\n\n')}\n`;
}

function table(sets: readonly SetFigures[]): string {
  const rows = sets.map(
    ({ set, passages, queries, modes }) =>
      `| ${set} | ${passages} | ${queries} | ${MODES.map((mode) => modes[mode].toFixed(3)).join(' | ')} |`,
  );
  return [`| set | passages | queries | ${MODES.join(' | ')} |`, '| --- | --- | --- | --- | --- | --- |', ...rows].join(
    '\n',
  );
}

function signed(value: number): string {
  return `${value < 0 ? '-' : '+'}${Math.abs(value).toFixed(4)}`;
}
