import type { RedTeamReport } from '@glot/eval';
import type { FollowUpFigures } from './follow-ups.js';
import type { GeneratorFigures } from './generator-path.js';
import type { AbstentionFigures, SetFigures } from './quality.js';

/** What is measured by parts, each with the machine it was measured on. */
export interface AnswersReport {
  readonly quality?: Made & {
    readonly sets: readonly SetFigures[];
    readonly abstention: readonly AbstentionFigures[];
    readonly sample: number;
  };
  readonly redTeam?: Made & { readonly report: RedTeamReport };
  readonly followUps?: Made & { readonly figures: readonly FollowUpFigures[] };
  readonly generator?: Made & { readonly figures: GeneratorFigures };
}

export interface Made {
  readonly date: string;
  readonly machine: string;
  readonly threads: number;
  readonly encoder: string;
}

export function markdown(report: AnswersReport, notes: string): string {
  const parts = [
    '# Answers',
    'Made by `pnpm report:answers`, part by part; `answers.json` has every figure. No model judges: answers are compared with judged passages and judged answers.',
    report.quality && qualityText(report.quality),
    report.followUps && followUpText(report.followUps),
    report.redTeam && redTeamText(report.redTeam),
    report.generator && generatorText(report.generator),
    notes.trim(),
  ];
  return `${parts.filter((part) => part !== undefined && part !== '').join('\n\n')}\n`;
}

function made({ date, machine, threads, encoder }: Made): string {
  return `Encoder ${encoder}; ${machine}, ${threads} compute ${threads === 1 ? 'thread' : 'threads'}, ${date}.`;
}

function qualityText({ sets, abstention, sample, ...run }: NonNullable<AnswersReport['quality']>): string {
  const columns: readonly (readonly [string, (set: SetFigures) => string])[] = [
    ['set', (set) => set.dataset],
    ['language', (set) => set.lang],
    ['questions', (set) => String(set.questions)],
    ['R@1', (set) => share(set.recallAt1)],
    ['cited passage holds the answer', (set) => share(set.passageHolds)],
    ['answered', (set) => share(set.answeredShare)],
    ['first quote holds it', (set) => share(set.quoteHolds)],
    ['any quote', (set) => share(set.anyQuoteHolds)],
    ['citation precision', (set) => share(set.citationPrecision)],
    ['citation recall', (set) => share(set.citationRecall)],
    ['exact match', (set) => share(set.exactMatch)],
    ['F1', (set) => share(set.f1)],
    ['same language', (set) => (set.languageMatch === null ? '' : share(set.languageMatch))],
    ['verified', (set) => share(set.verifiedShare)],
  ];
  const areas = abstention.map(
    ({ set, questions, area, answeredOfAnswerable, abstainedOfUnanswerable }) =>
      `| ${[set, questions, share(area.evidence), share(area.topScore), share(area.best), share(answeredOfAnswerable), share(abstainedOfUnanswerable)].join(' | ')} |`,
  );
  const all = abstention.at(-1)!;
  return `## The extractive default

${made(run)} At most ${sample} questions a set, evenly spread. None of these sets was used to calibrate or to choose weights.

${table(columns, sets)}

- R@1 and "cited passage holds the answer": of all answerable questions, whatever the evidence. The columns behind "answered" are of the questions answered at the default threshold; answers are whole sentences, hence exact match and F1 against short judged answers.
- "First quote" and "any quote" are the quoted sentences of the answer, one to three.
- Citation precision: of the citations shown, those of a judged passage. Recall: of the judged passages, those cited.
- Same language: of the answers where both languages can be told by \`questionLanguage\`, which itself errs at times in languages that share words.

## When to abstain

Each question is asked twice: as it is, and with its passages taken out of what is found. An answer counts as right where its first citation is of a judged passage. Area under the risk-coverage curve, less is better: by evidence, by the similarity of the best hit alone, and the least possible.

| set | questions | evidence | best hit alone | least possible | answered of the answerable | abstained of the others |
| --- | --- | --- | --- | --- | --- | --- |
${areas.join('\n')}

![Risk over coverage](answers.svg)

| coverage | ${all.curve
    .filter(tenth)
    .map(({ coverage }) => coverage.toFixed(1))
    .join(' | ')} |
| --- | ${all.curve
    .filter(tenth)
    .map(() => '---')
    .join(' | ')} |
| risk by evidence | ${all.curve
    .filter(tenth)
    .map(({ evidence }) => share(evidence))
    .join(' | ')} |
| risk by best hit alone | ${all.curve
    .filter(tenth)
    .map(({ topScore }) => share(topScore))
    .join(' | ')} |`;
}

const tenth = (_: unknown, i: number) => i % 2 === 1;

function followUpText({ figures, ...run }: NonNullable<AnswersReport['followUps']>): string {
  const columns: readonly (readonly [string, (row: FollowUpFigures) => string])[] = [
    ['turn', ({ kind }) => kind],
    ['questions', ({ questions }) => String(questions)],
    ['alone: answered', ({ alone }) => String(alone.answered)],
    ['right document', ({ alone }) => String(alone.rightDocument)],
    ['quote holds it', ({ alone }) => String(alone.holds)],
    ['in conversation: answered', ({ conversation }) => String(conversation.answered)],
    ['right document', ({ conversation }) => String(conversation.rightDocument)],
    ['quote holds it', ({ conversation }) => String(conversation.holds)],
  ];
  return `## Follow-ups without a generator

${made(run)} Conversations in nine languages over \`fixtures/corpus\` (\`eval/conversations\`), written for this: each turn asked by itself, and in its conversation, where a follow-up is also searched together with the last question that stood alone.

${table(columns, figures)}`;
}

function redTeamText({ report, ...run }: NonNullable<AnswersReport['redTeam']>): string {
  const { outcomes } = report;
  const of = (generator: string) => outcomes.filter((outcome) => outcome.generator === generator);
  const rows = ['extractive', 'obedient'].map((generator) => {
    const group = of(generator);
    const count = (test: (outcome: (typeof group)[number]) => boolean) =>
      `${group.filter(test).length} of ${group.length}`;
    const sum = (value: (outcome: (typeof group)[number]) => number) =>
      group.reduce((total, each) => total + value(each), 0);
    return `| ${[generator, count((each) => each.sameOutcome), count((each) => each.answered && each.sameLanguage), count((each) => each.holdsAnswer), `${sum((each) => each.verified)} of ${sum((each) => each.citations)}`, sum((each) => each.lies)].join(' | ')} |`;
  });
  return `## Red team

${made(run)} ${report.injected} injected documents beside ${report.honest} honest ones, a question in each of ${new Set(outcomes.map(({ lang }) => lang)).size} languages. "Obedient" is a generator that does whatever a passage says, so that verification is all that stands between it and the reader.

| generator | outcome as without them | answered in the question's language | right answer | citations that verify | lies shown |
| --- | --- | --- | --- | --- | --- |
${rows.join('\n')}

Connections opened: ${report.connections}; programs started: ${report.programs}. That template tokens reach no model as special ids is held by tests on ids (\`escape-special-tokens.test.ts\`, \`local-generator.test.ts\`, \`red-team.test.ts\`).`;
}

function generatorText({ figures, ...run }: NonNullable<AnswersReport['generator']>): string {
  const { speed, quotes } = figures;
  return `## A generator of random weights in the 350M shape

${made(run)} int4 weights, int8 for prompts, a byte-level vocabulary of ${figures.vocabulary.toLocaleString('en')} tokens. The same prompts by the whole path (question to checked answer) and by the decoder alone, in turn, medians of ${speed.runs} after one that warms up.

| | path | decoder alone | ratio |
| --- | --- | --- | --- |
| first token, ${speed.promptTokens.toFixed(0)} tokens of prompt | ${speed.firstTokenMs.path.toFixed(0)} ms | ${speed.firstTokenMs.decoder.toFixed(0)} ms | ${speed.firstTokenMs.ratio.toFixed(3)} |
| tokens a second | ${speed.tokensPerSecond.path.toFixed(1)} | ${speed.tokensPerSecond.decoder.toFixed(1)} | ${speed.tokensPerSecond.ratio.toFixed(3)} |
| processor time to the first token | ${speed.firstTokenProcessorMs.path.toFixed(0)} ms | ${speed.firstTokenProcessorMs.decoder.toFixed(0)} ms | ${speed.firstTokenProcessorMs.ratio.toFixed(3)} |
| processor time a token | ${speed.tokenProcessorMs.path.toFixed(1)} ms | ${speed.tokenProcessorMs.decoder.toFixed(1)} ms | ${speed.tokenProcessorMs.ratio.toFixed(3)} |

Where the instructions were read for an earlier question (${speed.cachedTokens.toFixed(0)} tokens), the first token comes after ${speed.firstTokenCachedMs.toFixed(0)} ms.

Quotes held to the passages: in ${quotes.questions - quotes.questionsWithQuotes + quotes.questionsAllVerbatim} of ${quotes.questions} questions no quote was invented; ${quotes.questionsWithQuotes} had quotes, ${quotes.verbatim} of ${quotes.quotes} verbatim. Tokens are drawn at temperature 1 from random weights; the words before a quote are put in, a passage number among them; ${quotes.shown} quotes were then found in that passage and shown. The automaton takes ${(100 * quotes.constraintShare).toFixed(1)} % of the time between tokens (median over the questions; ${quotes.constraintMsPerToken.toFixed(2)} of ${quotes.decodeMsPerToken.toFixed(1)} ms, ${quotes.constraintMsWorst.toFixed(0)} ms at worst).

Peak resident memory of the process, encoder and index included: ${(figures.peakResidentBytes / 1e9).toFixed(2)} GB. Loading took ${(figures.loadMs / 1000).toFixed(1)} s.`;
}

function table<T>(columns: readonly (readonly [string, (row: T) => string])[], rows: readonly T[]): string {
  return [
    `| ${columns.map(([title]) => title).join(' | ')} |`,
    `| ${columns.map(() => '---').join(' | ')} |`,
    ...rows.map((row) => `| ${columns.map(([, value]) => value(row)).join(' | ')} |`),
  ].join('\n');
}

function share(value: number): string {
  return value.toFixed(3);
}

const [WIDTH, HEIGHT, MARGIN] = [640, 400, 56];

/** Risk over coverage, by evidence and by the best hit alone. */
export function curvePlot({ curve, set }: AbstentionFigures): string {
  const top = Math.max(0.1, ...curve.map((point) => Math.max(point.evidence, point.topScore))) * 1.1;
  const x = (coverage: number) => MARGIN + coverage * (WIDTH - 2 * MARGIN);
  const y = (risk: number) => HEIGHT - MARGIN - (risk / top) * (HEIGHT - 2 * MARGIN);
  const line = (key: 'evidence' | 'topScore', color: string) =>
    `<polyline points="${curve.map((point) => `${x(point.coverage).toFixed(1)},${y(point[key]).toFixed(1)}`).join(' ')}" fill="none" stroke="${color}" stroke-width="2"/>`;
  const risks = [0, 1, 2, 3, 4].map((i) => (top * i) / 4);
  const grid = risks.map(
    (risk) =>
      `<line x1="${MARGIN}" x2="${WIDTH - MARGIN}" y1="${y(risk).toFixed(1)}" y2="${y(risk).toFixed(1)}" stroke="#d0d7de"/><text x="${MARGIN - 8}" y="${(y(risk) + 4).toFixed(1)}" text-anchor="end">${risk.toFixed(2)}</text>`,
  );
  const ticks = [0, 0.2, 0.4, 0.6, 0.8, 1].map(
    (coverage) => `<text x="${x(coverage)}" y="${HEIGHT - MARGIN + 18}" text-anchor="middle">${coverage}</text>`,
  );
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${HEIGHT}" font-family="sans-serif" font-size="12" role="img" aria-label="Share of wrong answers over share of questions answered, ${set}">
<rect width="${WIDTH}" height="${HEIGHT}" fill="#fff"/>
${grid.join('\n')}
${ticks.join('\n')}
${line('topScore', '#8b949e')}
${line('evidence', '#1f6feb')}
<text x="${MARGIN + 10}" y="${MARGIN - 20}" fill="#1f6feb">by evidence</text>
<text x="${MARGIN + 120}" y="${MARGIN - 20}" fill="#57606a">by the best hit alone</text>
<text x="${WIDTH / 2}" y="${HEIGHT - 14}" text-anchor="middle">share of the questions answered (wrong answers among them: upwards)</text>
</svg>
`;
}
