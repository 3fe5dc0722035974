/**
 * A thread beside the parser that ends their process, whatever the parser is at: when its memory outgrows the limit, and
 * when nobody waits for it any more.
 */
import { workerData } from 'node:worker_threads';

export interface WatchdogData {
  /** Id of the process that waits for answers. */
  readonly parent: number;
  /** What the process may take beyond what it takes now. */
  readonly growthBytes: number;
}

const CHECK_MS = 50;

const { parent, growthBytes } = workerData as WatchdogData;
const limit = process.memoryUsage.rss() + growthBytes;

setInterval(() => {
  if (process.memoryUsage.rss() > limit || !isParentAlive()) process.kill(process.pid, 'SIGKILL');
}, CHECK_MS);

/** Where another process takes orphans over, their parent's id changes; elsewhere it names nobody any more. */
function isParentAlive(): boolean {
  if (process.ppid !== parent) return false;
  try {
    process.kill(parent, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}
