import { describe, expect, it } from 'vitest';
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
