import { open, readFile, rm } from 'node:fs/promises';
import { hostname } from 'node:os';
import { GlotError } from '@glot/errors';

/**
 * Runs work while no other process does the same. A lock whose process is gone is taken over.
 * @throws GlotError `hub.busy`
 */
export async function withPullLock<T>(path: string, work: () => Promise<T>): Promise<T> {
  for (let attempt = 0; !(await take(path)); attempt += 1) {
    const owner = await ownerOf(path);
    if (attempt > 0 || (owner !== null && isAlive(owner))) {
      throw new GlotError(
        'hub.busy',
        `another process (${owner?.pid ?? 'unknown'}) is pulling this model; wait for it, or delete ${path}`,
        {
          details: { path },
        },
      );
    }
    await rm(path, { force: true });
  }
  try {
    return await work();
  } finally {
    await rm(path, { force: true });
  }
}

interface Owner {
  readonly pid: number;
  readonly host: string;
}

async function take(path: string): Promise<boolean> {
  try {
    const file = await open(path, 'wx');
    await file.writeFile(JSON.stringify({ pid: process.pid, host: hostname() } satisfies Owner));
    await file.close();
    return true;
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'EEXIST') return false;
    throw error;
  }
}

async function ownerOf(path: string): Promise<Owner | null> {
  try {
    return JSON.parse(await readFile(path, 'utf8')) as Owner;
  } catch {
    return null;
  }
}

function isAlive({ pid, host }: Owner): boolean {
  if (host !== hostname()) return true;
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error instanceof Error && 'code' in error && error.code === 'EPERM';
  }
}
