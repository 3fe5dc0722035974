import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { GlotError } from '@glot/errors';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { documentPaths } from '../files/document-path.js';
import type { SyncReport } from './types.js';
import { syncOnChange } from './watch.js';

let folder: string;
let stop: AbortController;
let syncs: number;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'glot-watch-'));
  mkdirSync(join(folder, 'docs'));
  stop = new AbortController();
  syncs = 0;
});
afterEach(() => {
  stop.abort();
  rmSync(folder, { recursive: true, force: true });
});

const write = (name: string) => writeFileSync(join(folder, name), `${performance.now()}`);

const watching = (during: () => void | Promise<void> = () => {}) =>
  syncOnChange(
    {
      roots: [{ absolute: join(folder, 'docs') }],
      isOfIndex: documentPaths(join(folder, 'docs', 'all.db')).isOfIndex,
      signal: stop.signal,
    },
    async () => {
      syncs++;
      await during();
      return { files: syncs } as SyncReport;
    },
  );

/** Settles as `later`, or as nothing where no sync comes for so long. */
async function within(ms: number, later: Promise<unknown>): Promise<unknown> {
  let timer: NodeJS.Timeout | undefined;
  const silence = new Promise((resolve) => {
    timer = setTimeout(resolve, ms, 'nothing');
  });
  return Promise.race([later, silence]).finally(() => clearTimeout(timer));
}

describe('syncOnChange', () => {
  it('syncs at once, and again after changes, once for many', async () => {
    const reports = watching();
    expect((await reports.next()).value).toEqual({ files: 1 });
    const second = reports.next();
    for (const name of ['docs/a.md', 'docs/b.md', 'docs/ä.md']) write(name);
    expect((await second).value).toEqual({ files: 2 });
    const third = reports.next();
    expect(await within(1_000, third)).toBe('nothing');
    rmSync(join(folder, 'docs/a.md'));
    expect(((await third) as { value: unknown }).value).toEqual({ files: 3 });
    stop.abort();
    await expect(reports.next()).rejects.toMatchObject({ name: 'AbortError' });
  });

  it('sees what changes during a sync', async () => {
    const reports = watching(() => {
      if (syncs === 1) write('docs/late.md');
    });
    await reports.next();
    expect(((await reports.next()) as { value: unknown }).value).toEqual({ files: 2 });
  });

  it('does not take the index, hidden files and node_modules for news', async () => {
    mkdirSync(join(folder, 'docs/node_modules'));
    const reports = watching();
    await reports.next();
    const second = reports.next();
    for (const name of ['all.db', 'all.db-wal', '.hidden', 'node_modules/x.md']) write(`docs/${name}`);
    expect(await within(1_200, second)).toBe('nothing');
    stop.abort();
    await expect(second).rejects.toMatchObject({ name: 'AbortError' });
  });

  it('waits for a path that is gone for the moment, but not for one that never was there', async () => {
    const reports = watching(() => {
      if (syncs === 2) throw new GlotError('ingest.not-found', 'gone', { details: { path: 'docs' } });
    });
    await reports.next();
    const next = reports.next();
    write('docs/a.md');
    await expect.poll(() => syncs, { timeout: 5_000 }).toBe(2);
    write('docs/b.md');
    expect(((await next) as { value: unknown }).value).toEqual({ files: 3 });

    const missing = watching(() => {
      throw new GlotError('ingest.not-found', 'never there', { details: { path: 'docs' } });
    });
    await expect(missing.next()).rejects.toMatchObject({ code: 'ingest.not-found' });
  });

  it('goes on with a root that is removed and made again', async () => {
    write('docs/a.md');
    const reports = watching();
    await reports.next();
    const gone = reports.next();
    rmSync(join(folder, 'docs'), { recursive: true });
    expect(((await gone) as { value: unknown }).value).toEqual({ files: 2 });
    const back = reports.next();
    mkdirSync(join(folder, 'docs'));
    expect(await within(10_000, back)).toMatchObject({ value: { files: 3 } });
    const again = reports.next();
    // At once: it may get the very number of the one before.
    rmSync(join(folder, 'docs'), { recursive: true });
    mkdirSync(join(folder, 'docs'));
    expect(await within(10_000, again)).toMatchObject({ value: { files: 4 } });
    const ended = (async () => {
      for await (const _ of reports);
    })();
    await new Promise((done) => setTimeout(done, 2_000));
    const before = syncs;
    write('docs/später.md');
    await expect.poll(() => syncs, { timeout: 10_000 }).toBeGreaterThan(before);
    stop.abort();
    await expect(ended).rejects.toMatchObject({ name: 'AbortError' });
  }, 30_000);

  it('does not look at what ignore rules leave out, until they change', async () => {
    mkdirSync(join(folder, 'docs/build/tief'), { recursive: true });
    writeFileSync(join(folder, 'docs/.gitignore'), 'build/\n*.log\n');
    const reports = watching();
    await reports.next();
    const second = reports.next();
    for (const name of ['build/a.md', 'build/tief/b.md', '記録.log']) write(`docs/${name}`);
    expect(await within(1_200, second)).toBe('nothing');
    writeFileSync(join(folder, 'docs/.gitignore'), '*.log\n');
    expect(await within(10_000, second)).toMatchObject({ value: { files: 2 } });
    let third = reports.next();
    // The watcher that knows of the new rules may bring one more sync with it.
    if ((await within(1_500, third)) !== 'nothing') third = reports.next();
    write('docs/build/tief/b.md');
    expect(await within(10_000, third)).not.toBe('nothing');
  }, 30_000);
});
