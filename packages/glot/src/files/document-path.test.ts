import { describe, expect, it } from 'vitest';
import { pathGlob } from '../../../index/src/filter/path-glob.js';
import { documentPaths } from './document-path.js';

describe('documentPaths', () => {
  it('stores documents below the project relative to it', () => {
    const paths = documentPaths('/home/me/project/.glot/index.db');
    expect(paths.toKey('/home/me/project/docs/入門.md')).toBe('docs/入門.md');
    expect(paths.toAbsolute('docs/入門.md')).toBe('/home/me/project/docs/入門.md');
  });

  it('stores documents elsewhere by their absolute path', () => {
    const paths = documentPaths('/home/me/project/.glot/index.db');
    expect(paths.toKey('/data/مقالات/أ.md')).toBe('/data/مقالات/أ.md');
    expect(paths.toAbsolute('/data/مقالات/أ.md')).toBe('/data/مقالات/أ.md');
    expect(paths.toKey('/home/me/project-two/a.md')).toBe('/home/me/project-two/a.md');
  });

  it('takes the folder of an index outside .glot as its base', () => {
    expect(documentPaths('/srv/search/all.db').toKey('/srv/search/a/b.txt')).toBe('a/b.txt');
  });

  it('keeps names as they are on disk, be they composed or not', () => {
    const paths = documentPaths('/p/.glot/index.db');
    expect(paths.toKey('/p/Bru\u0308cken.md')).toBe('Bru\u0308cken.md');
    expect(paths.toDisplay('Bru\u0308cken.md', '/p')).toBe('Bru\u0308cken.md');
    expect(paths.toKey('/p/Br\u00fccken.md')).toBe('Br\u00fccken.md');
  });

  it('shows paths relative to the working folder where they lie below it', () => {
    const paths = documentPaths('/p/.glot/index.db');
    expect(paths.toDisplay('docs/a.md', '/p')).toBe('docs/a.md');
    expect(paths.toDisplay('docs/a.md', '/p/docs')).toBe('a.md');
    expect(paths.toDisplay('docs/a.md', '/elsewhere')).toBe('/p/docs/a.md');
  });

  it('takes globs as paths are shown, as absolute paths and as stored ones', () => {
    const paths = documentPaths('/p [1]/.glot/index.db');
    const matching = (glob: string, workingFolder: string) => {
      const globs = paths.toKeyGlobs(glob, workingFolder).map(pathGlob);
      return ['docs/入門.md', 'docs/sub/ski.md', 'other.md', '/data/أ.md'].filter((key) =>
        globs.some((one) => one(key)),
      );
    };
    for (const [glob, workingFolder] of [
      ['docs/sub/ski.md', '/p [1]'],
      ['./docs/sub/*.md', '/p [1]'],
      ['sub', '/p [1]/docs'],
      ['../docs/sub/', '/p [1]/docs'],
      ['docs/sub/*', '/elsewhere'],
      ['/p [[]1]/docs/sub/**', '/elsewhere'],
      ['/p [1]/docs/sub/ski.md', '/elsewhere'],
      ['/**/ski.md', '/elsewhere'],
      ['ski.*', '/p [1]'],
    ] as const)
      expect([glob, matching(glob, workingFolder)]).toEqual([glob, ['docs/sub/ski.md']]);
    expect(matching('docs', '/p [1]')).toEqual(['docs/入門.md', 'docs/sub/ski.md']);
    expect(matching('.', '/p [1]/docs')).toEqual(['docs/入門.md', 'docs/sub/ski.md']);
    expect(paths.toKeyGlobs('notes [2].md', '/p [1]').some((one) => pathGlob(one)('notes [2].md'))).toBe(true);
    expect(matching('/data/*.md', '/p [1]')).toEqual(['/data/أ.md']);
    expect(matching('*.md', '/p [1]')).toHaveLength(4);
    expect(matching('elsewhere/**', '/p [1]')).toEqual([]);
  });

  it('knows the files of the index itself', () => {
    const { isOfIndex } = documentPaths('/p/docs/all.db');
    for (const name of ['all.db', 'all.db-wal', 'all.db-shm', 'all.db.writer'])
      expect(isOfIndex(`/p/docs/${name}`)).toBe(true);
    for (const name of ['all.dbx', 'all.db/a.md', 'all.db.d/a.md', 'a.md'])
      expect(isOfIndex(`/p/docs/${name}`)).toBe(false);
  });

  it('does not take a name that begins with two dots for a way up', () => {
    expect(documentPaths('/p/index.db').toKey('/p/..notes/a.md')).toBe('..notes/a.md');
  });
});
