import { execFile } from 'node:child_process';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';

export const LLAMA_VERSION = '3.22.1';

/** Installs node-llama-cpp with its CPU library for this machine only; the others are 600 MB. @returns the folder */
export async function installLlama(work: string): Promise<string> {
  const folder = join(work, 'node-llama-cpp');
  const platform = { darwin: 'mac', win32: 'win' }[process.platform as string] ?? process.platform;
  const library = platform === 'mac' && process.arch === 'arm64' ? 'mac-arm64-metal' : `${platform}-${process.arch}`;
  await mkdir(folder, { recursive: true });
  await writeFile(join(folder, 'package.json'), '{ "private": true }\n');
  const names = [`node-llama-cpp@${LLAMA_VERSION}`, `@node-llama-cpp/${library}@${LLAMA_VERSION}`];
  const flags = ['--ignore-scripts', '--omit=optional', '--no-audit', '--no-fund'];
  await promisify(execFile)('npm', ['install', ...flags, ...names], {
    cwd: folder,
    shell: process.platform === 'win32',
  });
  return folder;
}
