import { cpus, totalmem } from 'node:os';

/** What a measurement ran on, for its report. */
export function machine(): string {
  const all = cpus();
  const memory = Math.round(totalmem() / 2 ** 30);
  return `${all[0]?.model.trim() ?? 'unknown CPU'}, ${all.length} cores, ${memory} GB, Node ${process.version}`;
}
