import { spawn } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';

export interface CommandUsage {
  readonly seconds: number;
  readonly cpuSeconds: number;
  /** Largest resident set of the process. */
  readonly peakMB: number;
  /** Processor seconds of each thread, the main one first, then by how much; empty where the system does not tell. */
  readonly threadSeconds: readonly number[];
  readonly stdout: string;
}

const LOOK_MS = 200;
/** Ticks a second in /proc, the same on all Linux of today. */
const TICKS = 100;

// Written to a pipe of its own when the process ends: exact, and the same on every system.
const TELL_USAGE = `data:text/javascript,${encodeURIComponent(`
import { writeSync } from 'node:fs';
import { isMainThread } from 'node:worker_threads';
if (isMainThread) process.on('exit', () => { try { writeSync(3, JSON.stringify(process.resourceUsage())); } catch {} });
`)}`;

/** Runs a Node script to its end. @throws Error with what it printed, where it ends with anything but 0 */
export function measureCommand(script: string, args: readonly string[]): Promise<CommandUsage> {
  return new Promise((resolve, reject) => {
    const started = performance.now();
    const child = spawn(process.execPath, ['--import', TELL_USAGE, script, ...args], {
      stdio: ['ignore', 'pipe', 'pipe', 'pipe'],
    });
    const texts = ['', '', ''];
    [child.stdout, child.stderr, child.stdio[3]!].forEach((stream, at) => {
      stream?.on('data', (chunk: Buffer) => {
        texts[at] += chunk.toString();
      });
    });
    const threads = new Map<string, number>();
    const watch = setInterval(() => look(child.pid!, threads), LOOK_MS);
    child.on('error', reject);
    child.on('close', (code) => {
      clearInterval(watch);
      const seconds = (performance.now() - started) / 1000;
      const [stdout, stderr, usage] = texts as [string, string, string];
      if (code !== 0 || usage === '') {
        reject(new Error(`${script} ${args.join(' ')} ended with ${code}: ${stderr.slice(-2000)}`));
        return;
      }
      const { maxRSS, userCPUTime, systemCPUTime } = JSON.parse(usage) as NodeJS.ResourceUsage;
      const main = threads.get(String(child.pid));
      threads.delete(String(child.pid));
      resolve({
        seconds,
        cpuSeconds: (userCPUTime + systemCPUTime) / 1e6,
        peakMB: (maxRSS * 1024) / 1e6,
        threadSeconds: main === undefined ? [] : [main, ...[...threads.values()].sort((a, b) => b - a)],
        stdout,
      });
    });
  });
}

/** Keeps what each thread has used so far: a thread that ends is lost since the last look only. */
function look(pid: number, threads: Map<string, number>): void {
  try {
    for (const thread of readdirSync(`/proc/${pid}/task`)) {
      const stat = readFileSync(`/proc/${pid}/task/${thread}/stat`, 'utf8');
      const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
      threads.set(thread, (Number(fields[11]) + Number(fields[12])) / TICKS);
    }
  } catch {
    // No /proc here, or the process has just ended.
  }
}
