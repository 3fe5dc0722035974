// Packs every public package as it would be published, into .glot/packages or the folder that is named.
// Prints the paths of the tarballs. Needs a build; the command line is bundled here.
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { join, relative, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { bundleCli } from './bundle-cli.mjs';
import { publicPackages, removeStale } from './public-packages.mjs';

const root = fileURLToPath(new URL('..', import.meta.url));

/** @returns paths of the tarballs, by the names of their packages */
export async function pack(destination) {
  rmSync(destination, { recursive: true, force: true });
  mkdirSync(destination, { recursive: true });
  removeStale();
  await bundleCli();
  const { packageManager } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
  const args = [
    '--yes',
    packageManager,
    '-r',
    '--filter',
    '!glot-workspace',
    'pack',
    '--pack-destination',
    destination,
  ];
  const { status, stdout, stderr } = spawnSync('npx', args, { cwd: root, encoding: 'utf8' });
  if (status !== 0) throw new Error(`packing failed\n${stdout}\n${stderr}`);
  const tarballs = {};
  for (const folder of publicPackages()) {
    const { name, version } = JSON.parse(readFileSync(join(root, folder, 'package.json'), 'utf8'));
    tarballs[name] = join(destination, `${name.replace('@', '').replace('/', '-')}-${version}.tgz`);
    if (!existsSync(tarballs[name])) throw new Error(`${name} was not packed`);
  }
  for (const file of readdirSync(destination)) {
    if (!Object.values(tarballs).includes(join(destination, file))) rmSync(join(destination, file));
  }
  return tarballs;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const destination = resolve(process.argv[2] ?? join(root, '.glot', 'packages'));
  for (const path of Object.values(await pack(destination))) console.log(relative(process.cwd(), path));
}
