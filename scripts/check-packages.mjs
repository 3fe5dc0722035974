// What every package must pass before it is published: publint and are-the-types-wrong on its tarball, knip on the
// workspace. Needs a build.
import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { pack } from './pack.mjs';

const root = fileURLToPath(new URL('..', import.meta.url));

function run(name, ...args) {
  return new Promise((resolve) => {
    const command = join(root, 'node_modules', '.bin', process.platform === 'win32' ? `${name}.cmd` : name);
    const child = spawn(command, args, { cwd: root, shell: process.platform === 'win32' });
    let said = '';
    for (const stream of [child.stdout, child.stderr]) {
      stream.setEncoding('utf8').on('data', (chunk) => {
        said += chunk;
      });
    }
    child.on('close', (code) => resolve({ passed: code === 0, said, label: `${name} ${args[0] ?? ''}` }));
  });
}

const tarballs = await pack(join(root, '.glot', 'packages'));
const results = [await run('knip', '--no-config-hints')];
for (const [name, path] of Object.entries(tarballs)) {
  results.push(await run('publint', path, '--strict'));
  // The command line has no types.
  if (name !== '@glot/cli') results.push(await run('attw', path, '--profile', 'esm-only'));
}
for (const { passed, said, label } of results) if (!passed) console.log(`failed: ${label}\n${said}`);
const failed = results.filter(({ passed }) => !passed).length;
console.log(`${results.length - failed} checks of packages passed, ${failed} failed`);
process.exit(failed === 0 ? 0 : 1);
