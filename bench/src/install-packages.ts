import { execFile } from 'node:child_process';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';

/** Installs packages that only a benchmark needs into a folder of their own; none of their scripts runs. */
export async function installPackages(folder: string, names: readonly string[], flags: readonly string[] = []) {
  await mkdir(folder, { recursive: true });
  await writeFile(join(folder, 'package.json'), '{ "private": true }\n');
  const all = ['--ignore-scripts', '--no-audit', '--no-fund', ...flags];
  await promisify(execFile)('npm', ['install', ...all, ...names], {
    cwd: folder,
    shell: process.platform === 'win32',
  });
}
