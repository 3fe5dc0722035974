import { type IndexProblem, openIndex, type RepairReport } from '@glot/index';

export interface IndexHealth {
  readonly problems: readonly IndexProblem[];
  /** Documents that an older glot stored without checksums: their text cannot be checked. */
  readonly unchecked: number;
}

/** Looks at every stored byte of an index file. No problems: it is whole. */
export async function checkIndex(file: string, signal?: AbortSignal): Promise<IndexHealth> {
  const index = await openIndex({ file, mode: 'read' });
  try {
    const problems = await index.check(signal);
    // Where pages are broken, counting may end in them.
    const unchecked = problems.some(({ kind }) => kind === 'database') ? 0 : (await index.stats()).unchecked;
    return { problems, unchecked };
  } finally {
    await index.close();
  }
}

/** Mends an index file as far as it can be mended from what is stored. */
export async function repairIndex(file: string, signal?: AbortSignal): Promise<RepairReport> {
  const index = await openIndex({ file, mode: 'write' });
  try {
    const report = await index.repair(signal);
    // The lists that were dropped come back at once where the index is large enough to need them.
    if (report.partitionsDropped) await index.optimize(signal === undefined ? {} : { signal });
    return report;
  } finally {
    await index.close();
  }
}
