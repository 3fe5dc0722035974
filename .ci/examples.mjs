// Runs every example in a folder of its own, over three documents. Needs a build. One line an example.
import { spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const dist = fileURLToPath(new URL('../examples/dist/', import.meta.url));
const folder = mkdtempSync(join(tmpdir(), 'glot-examples-'));
mkdirSync(join(folder, 'docs'));
writeFileSync(
  join(folder, 'docs', 'starter.md'),
  '# Sauerteig\n\nA sourdough starter is ready when it doubles in four hours and smells sour.\n',
);
writeFileSync(join(folder, 'docs', 'muse.md'), '# 川辺の資料館\n\n川辺の資料館は毎朝十時に開館します。\n');
writeFileSync(join(folder, 'docs', 'bad.html'), '<h1>Freibad</h1><p>Das Freibad öffnet im Mai um neun Uhr.</p>');

/** Ends by itself. @returns what it printed */
function run(name, ...args) {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [join(dist, `${name}.js`), ...args], { cwd: folder });
    let said = '';
    for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk) => (said += chunk));
    child.on('close', (code) => (code === 0 ? resolve(said) : reject(new Error(`ended with ${code}\n${said}`))));
  });
}

/** A server: started, used, and ended by an interrupt. */
async function serve(name, port, use) {
  const env = { ...process.env, PORT: String(port) };
  const child = spawn(process.execPath, [join(dist, `${name}.js`), 'docs'], { cwd: folder, env });
  let said = '';
  const ended = new Promise((resolve) => child.on('close', resolve));
  try {
    await new Promise((resolve, reject) => {
      for (const stream of [child.stdout, child.stderr]) {
        stream.on('data', (chunk) => {
          said += chunk;
          if (said.includes('listening')) resolve();
        });
      }
      child.on('close', (code) => reject(new Error(`ended with ${code}\n${said}`)));
    });
    await use(async (query) => (await fetch(`http://localhost:${port}/?q=${encodeURIComponent(query)}`)).json());
  } finally {
    child.kill('SIGINT');
    await ended;
  }
}

function holds(what, condition) {
  if (!condition) throw new Error(`not so: ${what}`);
}

const EXAMPLES = {
  'search-api': () =>
    serve('search-api', 18_080, async (search) => {
      holds('the pool is found', (await search('Wann öffnet das Freibad?'))[0].path.endsWith('bad.html'));
    }),
  'watch-and-serve': () =>
    serve('watch-and-serve', 18_081, async (search) => {
      writeFileSync(join(folder, 'docs', 'new.md'), '# Leuchtturm\n\nDer Leuchtturm wurde 1893 gebaut.\n');
      for (let tries = 0; ; tries += 1) {
        if ((await search('Leuchtturm'))[0]?.path.endsWith('new.md')) return;
        holds('a new file is found', tries < 120);
        await new Promise((resolve) => setTimeout(resolve, 500));
      }
    }),
  'own-generator': async () => {
    const said = await run('own-generator', 'docs');
    holds('it quotes', said.includes('It says: ') && /[12] left out/.test(said));
  },
  database: async () => {
    const said = await run('database');
    holds('rows are found and quoted', said.includes('faq/2') && said.includes('Monatskarte'));
  },
  evaluation: async () => holds('it prints figures', /hybrid +\d\.\d{4}/.test(await run('evaluation'))),
};

let failed = 0;
const written = readdirSync(dist).filter((file) => file.endsWith('.js'));
for (const file of written) {
  const name = file.slice(0, -3);
  const began = Date.now();
  try {
    holds('it is known here', EXAMPLES[name] !== undefined);
    await EXAMPLES[name]();
    console.log(`passed: example ${name} (${((Date.now() - began) / 1000).toFixed(1)} s)`);
  } catch (error) {
    failed += 1;
    console.log(`failed: example ${name}: ${error.message}`);
  }
}
rmSync(folder, { recursive: true, force: true });
process.exit(failed === 0 ? 0 : 1);
