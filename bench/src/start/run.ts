/**
 * How long a command takes from a cold start: lexical and hybrid search and a question, by the bundled command line and
 * by the packages one by one, against a Node that does nothing. Rounds are interleaved; ratios are of medians.
 * @module
 */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { machine } from '../machine.js';
import { percentile } from '../quantiles.js';

const { values } = parseArgs({ options: { rounds: { type: 'string', default: '15' } } });
const root = fileURLToPath(new URL('../../..', import.meta.url));
const bundle = join(root, 'cli', 'bundle', 'main.js');
const packages = join(root, 'cli', 'bin', 'glot.js');

const LEXICAL = ['search', 'Nachtschicht Schlaf', '--mode', 'lexical'];
const HYBRID = ['search', 'sleeping after a night shift'];
const ASK = ['ask', 'How do I know that a sourdough starter is ready?'];
const COMMANDS: Readonly<Record<string, readonly string[]>> = {
  'node -e 0': ['-e', '0'],
  '`glot --version`': [bundle, '--version'],
  'lexical search': [bundle, ...LEXICAL],
  'hybrid search': [bundle, ...HYBRID],
  ask: [bundle, ...ASK],
  'lexical search, not bundled': [packages, ...LEXICAL],
  'hybrid search, not bundled': [packages, ...HYBRID],
  'ask, not bundled': [packages, ...ASK],
};
/** What issue and README promise: times `node -e 0`. */
const GOALS: Readonly<Record<string, number>> = { 'lexical search': 2.5, 'hybrid search': 6 };

const folder = mkdtempSync(join(tmpdir(), 'glot-start-'));
const times = new Map<string, number[]>(Object.keys(COMMANDS).map((name) => [name, []]));
try {
  run([bundle, 'index', join(root, 'fixtures', 'corpus')]);
  for (let round = 0; round < Number(values.rounds) + 1; round += 1) {
    for (const [name, args] of Object.entries(COMMANDS)) {
      const milliseconds = run(args);
      // The first round warms the caches of the disk.
      if (round > 0) times.get(name)!.push(milliseconds);
    }
    process.stderr.write(`\rround ${round} of ${values.rounds}`);
  }
} finally {
  rmSync(folder, { recursive: true, force: true });
}
process.stderr.write('\n');

function run(args: readonly string[]): number {
  const began = performance.now();
  const { status, stderr } = spawnSync(process.execPath, args, { cwd: folder, stdio: ['ignore', 'ignore', 'pipe'] });
  const took = performance.now() - began;
  if (status !== 0) throw new Error(`${args.join(' ')} ended with ${status}: ${stderr}`);
  return took;
}

const quantile = (name: string, share: number) => percentile(times.get(name)!, share);
const median = (name: string) => quantile(name, 0.5);
const rows = Object.keys(COMMANDS).map((name) => {
  const ratio = median(name) / median('node -e 0');
  const goal = GOALS[name];
  const kept = goal === undefined ? '' : `${goal} (${ratio <= goal ? 'kept' : 'missed'})`;
  return [name, ms(median(name)), ms(quantile(name, 0.1)), ms(quantile(name, 0.9)), ratio.toFixed(2), kept];
});
function ms(value: number): string {
  return value.toFixed(0);
}

const report = `# Cold starts

Made by \`pnpm bench:start\` on ${machine()}: ${values.rounds} interleaved rounds, the files in the caches of the system, an index of fixtures/corpus (76 files, 347 passages), the embedded model, output thrown away. Milliseconds from starting the process to its end; ratios are of medians.

| command | median | 10 % | 90 % | times \`node -e 0\` | goal |
| --- | --- | --- | --- | --- | --- |
${rows.map((cells) => `| ${cells.join(' | ')} |`).join('\n')}
`;
writeFileSync(join(root, 'eval', 'reports', 'start.md'), report);
process.stdout.write(report);
