import { type ChildProcess, spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';

export const glotExecutable = fileURLToPath(new URL('../../bin/glot.js', import.meta.url));

export interface GlotRun {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

export interface RunOptions {
  readonly cwd?: string;
  readonly env?: Readonly<Record<string, string>>;
  /** What stdin gives before it ends; default: nothing. */
  readonly input?: string;
  /** Handed the running process, to send it signals or close its pipes. */
  readonly onStart?: (child: ChildProcess) => void;
}

/** Runs the built command as a user's shell would: own process, no terminal. */
export function runGlot(args: readonly string[], options: RunOptions = {}): Promise<GlotRun> {
  return new Promise((resolve, reject) => {
    const { GLOT_INDEX: _index, GLOT_MODEL: _model, GLOT_GENERATOR: _generator, ...inherited } = process.env;
    const child = spawn(process.execPath, [glotExecutable, ...args], {
      cwd: options.cwd,
      env: { ...inherited, ...options.env },
      stdio: [options.input === undefined ? 'ignore' : 'pipe', 'pipe', 'pipe'],
    });
    child.stdin?.on('error', () => {}).end(options.input);
    let stdout = '';
    let stderr = '';
    child.stdout!.setEncoding('utf8').on('data', (chunk) => {
      stdout += chunk;
    });
    child.stderr!.setEncoding('utf8').on('data', (chunk) => {
      stderr += chunk;
    });
    child.on('error', reject);
    child.on('close', (code) => resolve({ code, stdout, stderr }));
    options.onStart?.(child);
  });
}
