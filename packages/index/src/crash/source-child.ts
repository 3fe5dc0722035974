import { type ChildProcess, type SpawnOptions, spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';

const HOOKS = new URL('./typescript-hooks.mjs', import.meta.url).href;

/**
 * Runs a source file of this folder in a process of its own. Its stdout is a pipe.
 * @param folder where what the compiler made is kept
 * @param under a command that runs the process, under limits for instance
 */
export function spawnSource(
  script: string,
  args: readonly string[],
  folder: string,
  options: SpawnOptions = {},
  under: readonly string[] = [],
) {
  const hooks = new URL(HOOKS);
  hooks.searchParams.set('folder', folder);
  const path = fileURLToPath(new URL(script, import.meta.url));
  const node = ['--conditions=glot-source', '--import', hooks.href, path, ...args];
  const [command, ...rest] = [...under, process.execPath, ...node];
  return spawn(command!, rest, { stdio: ['ignore', 'pipe', 'inherit'], ...options }) as ChildProcess;
}
