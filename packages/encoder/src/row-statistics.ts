import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { type ModelFiles, SafetensorsFile } from '@glot/checkpoints';
import { GlotError } from '@glot/errors';
import type { RowStatistics } from '@glot/kernels';

/** Lies beside a model whose rows were looked at (`pnpm learn:rows`). */
const STATISTICS_FILE = 'row-statistics.safetensors';

/**
 * How the rows of a model lie, where a file beside it says so.
 * @throws GlotError `encoder.settings`, `lfm2.*`
 */
export async function readRowStatistics(files: ModelFiles, dim: number): Promise<RowStatistics | null> {
  const path = join(files.path, STATISTICS_FILE);
  if (files.isGguf || !(await stat(path).catch(() => null))?.isFile()) return null;
  const file = await SafetensorsFile.open(path);
  try {
    if (file.describe('deviations')?.shape[0] !== dim || file.describe('axes')?.shape[1] !== dim) {
      throw new GlotError('encoder.settings', `${path} is of another model: its rows do not have ${dim} columns`);
    }
    const [axes, deviations, levels] = await Promise.all(
      ['axes', 'deviations', 'levels'].map((name) => file.readFloats(name)),
    );
    return { dim, axes: axes!, deviations: deviations!, levels: levels! };
  } finally {
    await file.close();
  }
}
