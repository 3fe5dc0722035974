/** What this process and its children take, as Linux counts it. */
import { readdirSync, readFileSync } from 'node:fs';

const TICKS_PER_SECOND = 100;

/** Processor time of children that have ended and of this process. */
export function processorSeconds(): number {
  const fields = readFileSync('/proc/self/stat', 'utf8')
    .replace(/^.*\) /s, '')
    .split(' ');
  // utime, stime, cutime, cstime: fields 14 to 17, the first after the name being the third.
  return fields.slice(11, 15).reduce((sum, ticks) => sum + Number(ticks), 0) / TICKS_PER_SECOND;
}

/** Resident bytes of this process and its children. */
export function residentBytes(): number {
  let sum = process.memoryUsage.rss();
  for (const task of readdirSync('/proc/self/task')) {
    for (const pid of read(`/proc/self/task/${task}/children`).split(' ').filter(Boolean)) {
      sum += Number(/VmRSS:\s+(\d+)/.exec(read(`/proc/${pid}/status`))?.[1] ?? 0) * 1024;
    }
  }
  return sum;
}

/** Empty for what has ended meanwhile. */
function read(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return '';
  }
}
