import { readdir } from 'node:fs/promises';

/** BEIR folders below a folder, in the order of their paths. */
export async function beirFolders(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  return entries
    .filter((entry) => entry.name === 'qrels' && entry.isDirectory())
    .map((entry) => entry.parentPath)
    .sort();
}
