import { type ChildProcess, spawn } from 'node:child_process';
import { closeSync, openSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

export const glotExecutable = fileURLToPath(new URL('../../bin/glot.js', import.meta.url));

export interface GlotRun {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

export interface RunOptions {
  readonly cwd?: string | undefined;
  readonly env?: Readonly<Record<string, string>> | undefined;
  /** What stdin gives before it ends; default: nothing. */
  readonly input?: string | undefined;
  /** Where stdout goes in place of the result. */
  readonly stdoutFile?: string | undefined;
  /** Handed the running process, to send it signals or close its pipes. */
  readonly onStart?: ((child: ChildProcess) => void) | undefined;
}

/** Settings of whoever runs the tests, which the results must not depend on. */
const OWN_SETTINGS = /^(?:GLOT_|FORCE_COLOR$|NO_COLOR$)/;

/** Runs the built command as a user's shell would: own process, no terminal. */
export function runGlot(args: readonly string[], options: RunOptions = {}): Promise<GlotRun> {
  return new Promise((resolve, reject) => {
    const inherited = Object.fromEntries(Object.entries(process.env).filter(([name]) => !OWN_SETTINGS.test(name)));
    const stdout = options.stdoutFile === undefined ? 'pipe' : openSync(options.stdoutFile, 'w');
    const child = spawn(process.execPath, [glotExecutable, ...args], {
      cwd: options.cwd,
      env: { ...inherited, ...options.env },
      stdio: [options.input === undefined ? 'ignore' : 'pipe', stdout, 'pipe'],
    });
    child.stdin?.on('error', () => {}).end(options.input);
    if (typeof stdout === 'number') closeSync(stdout);
    let written = '';
    let stderr = '';
    child.stdout?.setEncoding('utf8').on('data', (chunk) => {
      written += chunk;
    });
    child.stderr!.setEncoding('utf8').on('data', (chunk) => {
      stderr += chunk;
    });
    child.on('error', reject);
    child.on('close', (code) => resolve({ code, stdout: written, stderr }));
    options.onStart?.(child);
  });
}
