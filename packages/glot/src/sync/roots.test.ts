import { mkdirSync, mkdtempSync, renameSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { createMemoryIndex, type MultivectorIndex } from '@glot/index';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { documentPaths } from '../files/document-path.js';
import { testEncoder } from '../testing/test-encoder.js';
import { forgetPaths } from './forget.js';
import { syncFiles } from './sync.js';
import type { SyncOptions } from './types.js';

let folder: string;
let index: MultivectorIndex;
let encodings: number;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'glot-wurzeln-'));
  encodings = 0;
  const { name, fingerprint, dim } = testEncoder(() => {});
  index = createMemoryIndex({ encoder: { name, fingerprint, dim } });
});
afterEach(async () => {
  await index.close();
  rmSync(folder, { recursive: true, force: true });
});

const paths = () => documentPaths(join(folder, 'index.db'));
const at = (name: string) => join(folder, name);

function write(name: string, text = `Text von ${name}.`): void {
  mkdirSync(dirname(at(name)), { recursive: true });
  writeFileSync(at(name), text);
}

const sync = (roots: readonly string[] | null, options: SyncOptions = {}) => {
  const encoder = testEncoder((texts) => {
    encodings += texts.length;
  });
  const context = { index, paths: paths(), encoder: async () => encoder };
  return syncFiles(roots === null ? null : roots.map(at), context, options);
};
const forget = (...names: string[]) => forgetPaths(names.map(at), { index, paths: paths() });
const stored = async () => (await index.ledger.files()).map(({ path }) => path);
const roots = async () => (await index.ledger.roots()).map(({ path }) => path);

describe('known roots', () => {
  it('are brought in step together, each looked at as it was last', async () => {
    write('docs/a.md');
    write('docs/.versteckt.md');
    write('notizen/.versteckt.md');
    write('notizen/b.log');
    write('notizen/.gitignore', '*.log\n');
    await sync(['docs'], { hidden: true });
    await sync(['notizen'], { noIgnore: true });
    expect(await roots()).toEqual(['docs', 'notizen']);
    write('docs/.neu.md');
    rmSync(at('notizen/b.log'));
    write('notizen/c.log');
    const report = await sync(null);
    expect(report).toMatchObject({ added: 2, deleted: 1, gone: [], absent: [] });
    expect(await stored()).toEqual(['docs/.neu.md', 'docs/.versteckt.md', 'docs/a.md', 'notizen/c.log']);
  });

  it('are those that no other one covers', async () => {
    write('docs/a.md');
    write('docs/sub/b.md');
    write('docs/.gitignore', 'build/\n');
    write('docs/build/c.md');
    await sync(['docs/sub', 'docs/a.md', 'docs/build']);
    expect(await roots()).toEqual(['docs/sub', 'docs/a.md', 'docs/build']);
    await sync(['docs', 'docs/build']);
    expect(await roots()).toEqual(['docs', 'docs/build']);
    await sync(['docs/sub']);
    expect(await roots()).toEqual(['docs', 'docs/build']);
    expect(await sync(null)).toMatchObject({ unchanged: 3, deleted: 0 });
    await sync(['.']);
    expect(await roots()).toEqual(['docs/build', '.']);
  });

  it('are needed where no path is named', async () => {
    await expect(sync(null)).rejects.toMatchObject({ code: 'glot.no-roots' });
  });

  it('keep what is stored of one that is not there, until it is named', async () => {
    write('alt/a.md');
    write('docs/b.md');
    await sync(['alt', 'docs']);
    renameSync(at('alt'), at('archiv'));
    write('docs/c.md');
    expect(await sync(null)).toMatchObject({
      added: 1,
      deleted: 0,
      gone: [],
      absent: [expect.stringContaining('alt')],
    });
    encodings = 0;
    expect(await sync(['archiv', 'alt'])).toMatchObject({ moved: 1, deleted: 0, gone: [at('alt')], absent: [] });
    expect([encodings, await roots()]).toEqual([0, ['docs', 'archiv']]);
  });

  it('take what is gone below another one for gone', async () => {
    write('docs/.gitignore', 'build/\n');
    write('docs/build/c.md');
    await sync(['docs/build', 'docs']);
    rmSync(at('docs/build'), { recursive: true });
    expect(await sync(null)).toMatchObject({ deleted: 1, absent: [] });
    expect([await roots(), await stored()]).toEqual([['docs'], []]);
  });

  it('follow links where they are told to, each real file once', async () => {
    write('docs/a.md');
    write('fern/b.md');
    symlinkSync(at('fern'), at('docs/verweis'));
    symlinkSync(at('docs'), at('docs/kreis'));
    await sync(['docs']);
    expect(await stored()).toEqual(['docs/a.md']);
    await sync(['docs'], { followLinks: true });
    expect(await stored()).toEqual(['docs/a.md', 'docs/verweis/b.md']);
    expect(await sync(null)).toMatchObject({ unchanged: 2, deleted: 0 });
  });
});

describe('forgetting', () => {
  it('takes out what is named with all below it, there or not, without reading', async () => {
    for (const name of ['docs/a.md', 'docs/b.md', 'docsandmore.md', 'alt/c.md', 'leer/d.md']) write(name);
    write('alt/kaputt.pdf', 'not a pdf');
    await sync(['docs', 'docsandmore.md', 'alt', 'leer']);
    rmSync(at('alt'), { recursive: true });
    expect(await forget('docs', 'alt')).toEqual({ documents: 3, skipped: 1, readAgain: [] });
    expect(await stored()).toEqual(['docsandmore.md', 'leer/d.md']);
    expect(await roots()).toEqual(['docsandmore.md', 'leer']);
    expect(await index.ledger.skippedFiles()).toEqual([]);
    expect(await sync(null)).toMatchObject({ unchanged: 2, added: 0 });
  });

  it('says what the next sync reads again', async () => {
    write('docs/a.md');
    write('docs/b.md');
    await sync(['docs']);
    expect(await forget('docs/a.md')).toEqual({ documents: 1, skipped: 0, readAgain: [at('docs/a.md')] });
    expect(await sync(null)).toMatchObject({ added: 1 });
  });

  it('changes nothing where nothing is known of a path', async () => {
    write('docs/a.md');
    await sync(['docs']);
    await expect(forget('docs', 'nie')).rejects.toMatchObject({ code: 'glot.not-indexed' });
    expect(await stored()).toEqual(['docs/a.md']);
  });

  it('takes out texts that are no files by their id', async () => {
    write('docs/a.md');
    await sync(['docs']);
    const [document] = [(await index.get('docs/a.md'))!];
    const { passages, ...rest } = document;
    await index.upsert(
      { ...rest, path: 'メモ/1', source: 'text', passages: [] },
      { data: new Float32Array(), offsets: new Uint32Array(1), dim: index.encoder.dim },
    );
    expect(passages).toHaveLength(1);
    expect(await forgetPaths(['メモ/1'], { index, paths: paths() })).toMatchObject({ documents: 1 });
    expect((await index.list()).map(({ path }) => path)).toEqual(['docs/a.md']);
  });
});
