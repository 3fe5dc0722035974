import { join } from 'node:path';
import { installPackages } from '../install-packages.js';

export const LLAMA_VERSION = '3.22.1';

/** Installs node-llama-cpp with its CPU library for this machine only; the others are 600 MB. @returns the folder */
export async function installLlama(work: string): Promise<string> {
  const folder = join(work, 'node-llama-cpp');
  const platform = { darwin: 'mac', win32: 'win' }[process.platform as string] ?? process.platform;
  const library = platform === 'mac' && process.arch === 'arm64' ? 'mac-arm64-metal' : `${platform}-${process.arch}`;
  const names = [`node-llama-cpp@${LLAMA_VERSION}`, `@node-llama-cpp/${library}@${LLAMA_VERSION}`];
  await installPackages(folder, names, ['--omit=optional']);
  return folder;
}
