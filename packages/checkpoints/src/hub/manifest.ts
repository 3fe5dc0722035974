import { open, readFile, rename } from 'node:fs/promises';
import { join } from 'node:path';
import { GlotError } from '@glot/errors';
import * as z from 'zod';
import { isSafePath } from './model-name.js';

/** File in a model's folder that says what was pulled; it is written last, so a folder without it is no model. */
export const MANIFEST = '.glot-model.json';

const ManifestFile = z.object({
  format: z.literal(1),
  repo: z.string(),
  revision: z.string(),
  /** Commit of the latest pull. */
  commit: z.string(),
  endpoint: z.string(),
  pulledAt: z.string(),
  files: z.array(
    z.object({
      path: z.string().refine(isSafePath, 'leaves the folder'),
      bytes: z.number().int().nonnegative(),
      sha256: z.string().regex(/^[0-9a-f]{64}$/),
      /** What the hub calls its content: SHA-256 of large files, git's SHA-1 of small ones. */
      hubId: z.string(),
    }),
  ),
});

export type Manifest = z.infer<typeof ManifestFile>;
export type ManifestEntry = Manifest['files'][number];

/** The manifest of a folder, null where it has none. @throws GlotError `hub.manifest` */
export async function readManifest(folder: string): Promise<Manifest | null> {
  const path = join(folder, MANIFEST);
  let text: string;
  try {
    text = await readFile(path, 'utf8');
  } catch (error) {
    if (isAbsent(error)) return null;
    throw error;
  }
  try {
    return ManifestFile.parse(JSON.parse(text));
  } catch (cause) {
    throw new GlotError('hub.manifest', `${path} is damaged; delete ${folder} and pull the model again`, {
      cause,
      details: { path },
    });
  }
}

/** Writes it whole or not at all. */
export async function writeManifest(folder: string, manifest: Manifest): Promise<void> {
  const path = join(folder, MANIFEST);
  const file = await open(`${path}.new`, 'w');
  try {
    await file.writeFile(`${JSON.stringify(manifest, null, 2)}\n`);
    await file.sync();
  } finally {
    await file.close();
  }
  await rename(`${path}.new`, path);
  await syncFolder(folder);
}

/** Makes renames in a folder durable, where the system can. */
export async function syncFolder(folder: string): Promise<void> {
  if (process.platform === 'win32') return;
  const handle = await open(folder, 'r');
  await handle.sync().finally(() => handle.close());
}

export function isAbsent(error: unknown): boolean {
  return error instanceof Error && 'code' in error && (error.code === 'ENOENT' || error.code === 'ENOTDIR');
}
