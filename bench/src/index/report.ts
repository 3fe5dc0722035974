import type { Measurement } from './index-measurement.js';

export interface ReportInput {
  readonly machine: string;
  readonly threads: number;
  readonly made: string;
  readonly model: string;
  readonly measurements: readonly Measurement[];
}

const COLUMNS: readonly (readonly [title: string, value: (m: Measurement) => string])[] = [
  ['run', (m) => m.name],
  ['passages', (m) => m.passages.toLocaleString('en')],
  ['codec', (m) => m.profile],
  ['overlap@10', (m) => m.overlapAt10.toFixed(3)],
  ['p50 ms', (m) => m.p50Ms.toFixed(1)],
  ['p95 ms', (m) => m.p95Ms.toFixed(1)],
  ['p99 ms', (m) => m.p99Ms.toFixed(1)],
  ['4 at once p50 / p95 ms', (m) => `${m.fourAtOnce.p50Ms.toFixed(0)} / ${m.fourAtOnce.p95Ms.toFixed(0)}`],
  ['hybrid p50 / p95 ms', (m) => `${m.hybrid.p50Ms.toFixed(0)} / ${m.hybrid.p95Ms.toFixed(0)}`],
  [
    'nDCG@10 (f32)',
    (m) => (m.ndcgAt10 === null ? '' : `${m.ndcgAt10.toFixed(4)} (${m.ndcgAt10Exhaustive!.toFixed(4)})`),
  ],
  ['bytes/token', (m) => m.bytesPerToken.toFixed(0)],
  ['file MB', (m) => (m.fileBytes / 2 ** 20).toFixed(0)],
  ['insert s', (m) => m.insertSeconds.toFixed(0)],
  ['cells s', (m) => m.compactSeconds.toFixed(0)],
  ['peak RSS MB', (m) => m.peakRssMB.toFixed(0)],
  ['add one ms', (m) => m.addOneMs.toFixed(1)],
  ['delete one ms', (m) => m.deleteOneMs.toFixed(1)],
  ['open + first query ms', (m) => m.openAndFirstQueryMs.toFixed(0)],
  [
    'cells (probed, depth)',
    (m) => (m.cells ? `${m.cells.count} (${m.cells.probeCells}, ${m.cells.depth})` : 'exhaustive'),
  ],
];

export function markdown(input: ReportInput, notes: string): string {
  const { measurements } = input;
  const table = [
    `| ${COLUMNS.map(([title]) => title).join(' | ')} |`,
    `| ${COLUMNS.map(() => '---').join(' | ')} |`,
    ...measurements.map((m) => `| ${COLUMNS.map(([, value]) => value(m)).join(' | ')} |`),
  ].join('\n');
  return `# The index at scale

Made by \`pnpm bench:index\` on ${input.machine}, ${input.threads} compute threads, ${input.made}, with token vectors of ${input.model}.

${table}

![Latency and build time by size](index.svg)

- \`real\`: windows of about 60 tokens of question-answering contexts in eleven languages, encoded; the queries are questions about them, each with one relevant window. \`mix\`: every passage is made of four stretches of fifteen rows from four real passages, each row with noise (cosine with the real row about 0.89); the same questions.
- overlap@10: share of the ten best passages of exhaustive f32 search that are among the ten hits, over ${[...new Set(measurements.map((m) => m.truthQueries))].join(', ')} queries. Latency is that of the index, without query encoding.
- build = insert (one transaction with a flush a document of 50 passages, words segmented) + cells (training, lists, tuning). Peak RSS includes the benchmark's own vectors.
${notes}`;
}

const WIDTH = 760;
const HEIGHT = 420;
const MARGIN = 60;

/** Latency and build time over passages, both axes logarithmic. */
export function plot(measurements: readonly Measurement[]): string {
  const sizes = measurements.map((m) => m.passages);
  const [least, most] = [Math.min(...sizes) / 1.3, Math.max(...sizes) * 1.3];
  const series: readonly (readonly [string, string, (m: Measurement) => number])[] = [
    ['p50 ms', '#1f6feb', (m) => m.p50Ms],
    ['p95 ms', '#8250df', (m) => m.p95Ms],
    ['build s', '#bf5b04', (m) => m.buildSeconds],
    ['add one ms', '#1a7f37', (m) => m.addOneMs],
  ];
  const [low, high] = [0.1, 10_000];
  const x = (value: number) =>
    MARGIN + ((Math.log(value) - Math.log(least)) / (Math.log(most) - Math.log(least))) * (WIDTH - 2 * MARGIN);
  const y = (value: number) =>
    HEIGHT -
    MARGIN -
    ((Math.log(Math.max(low, value)) - Math.log(low)) / (Math.log(high) - Math.log(low))) * (HEIGHT - 2 * MARGIN);
  const lines = [0.1, 1, 10, 100, 1000, 10_000].map(
    (value) =>
      `<line x1="${MARGIN}" x2="${WIDTH - MARGIN}" y1="${y(value)}" y2="${y(value)}" stroke="#d0d7de"/><text x="${MARGIN - 8}" y="${y(value) + 4}" text-anchor="end">${value}</text>`,
  );
  const ticks = [...new Set(sizes)].map(
    (size) =>
      `<text x="${x(size)}" y="${HEIGHT - MARGIN + 18}" text-anchor="middle">${size.toLocaleString('en')}</text>`,
  );
  const drawn = series.map(([name, color, value], at) => {
    const points = [...measurements].filter((m) => m.profile === 'standard').sort((a, b) => a.passages - b.passages);
    const path = points.map((m) => `${x(m.passages).toFixed(1)},${y(value(m)).toFixed(1)}`).join(' ');
    const dots = measurements
      .map(
        (m) =>
          `<circle cx="${x(m.passages).toFixed(1)}" cy="${y(value(m)).toFixed(1)}" r="${m.profile === 'standard' ? 4 : 2.5}" fill="${color}"/>`,
      )
      .join('');
    return `<polyline points="${path}" fill="none" stroke="${color}" stroke-width="2"/>${dots}<text x="${MARGIN + 10 + at * 110}" y="${MARGIN - 20}" fill="${color}">${name}</text>`;
  });
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${HEIGHT}" font-family="sans-serif" font-size="12" role="img" aria-label="Latency and build time of the index by number of passages">
<rect width="${WIDTH}" height="${HEIGHT}" fill="#fff"/>
${lines.join('\n')}
${ticks.join('\n')}
${drawn.join('\n')}
<text x="${WIDTH / 2}" y="${HEIGHT - 14}" text-anchor="middle">passages (small dots: compact codec)</text>
</svg>
`;
}
