// `npm run demo`: sets up, indexes fixtures/corpus, searches it in three languages (one of them across languages),
// asks a question, and says what to type next. May be run again: an unchanged corpus is not encoded again.
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { setup } from './setup.mjs';

const root = fileURLToPath(new URL('..', import.meta.url));
const index = '.glot/demo.db';

function glot(...args) {
  const shown = args.map((arg) => (/^[\w./=-]+$/.test(arg) ? arg : `"${arg}"`)).join(' ');
  process.stdout.write(`\n$ npx glot ${shown}\n`);
  const { status, signal } = spawnSync(
    process.execPath,
    [join(root, 'cli', 'bin', 'glot.js'), ...args, '--index', index],
    {
      cwd: root,
      stdio: 'inherit',
    },
  );
  if (signal === 'SIGINT' || status === 130) process.exit(130);
  if (status !== 0) {
    process.stderr.write(`demo: \`glot ${shown}\` ended with code ${status ?? signal}\n`);
    process.exit(1);
  }
}

try {
  await setup();
} catch (error) {
  process.stderr.write(`setup failed: ${error.message}\n`);
  process.exit(1);
}
glot('index', 'fixtures/corpus');
glot('search', 'how long should I cool a burn under water', '-k', '2');
glot('search', '地震の備え 水', '-k', '2');
// The only answer stands in a Japanese PDF.
glot('search', '杉里町图书馆一次可以借几本书？', '-k', '2');
glot('ask', 'How do I know that a sourdough starter is ready?');
process.stdout.write(`
The demo index is ${index}. Go on with your own documents:

  npx glot index ~/Documents
  npx glot search "what you are looking for"
  npx glot ask "a question they answer"
  npx glot status
`);
