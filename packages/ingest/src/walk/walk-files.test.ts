import { execFileSync } from 'node:child_process';
import { chmod, mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { SkippedFile } from '../types.js';
import { type WalkOptions, walkFiles } from './walk-files.js';

let root: string;

beforeEach(async () => {
  root = await mkdtemp(path.join(tmpdir(), 'glot-walk-'));
});
afterEach(() => rm(root, { recursive: true, force: true }));

async function write(files: Readonly<Record<string, string>>): Promise<void> {
  for (const [name, content] of Object.entries(files)) {
    const file = path.join(root, name);
    await mkdir(path.dirname(file), { recursive: true });
    await writeFile(file, content);
  }
}

/** Paths below `root` of what is found. */
async function walk(paths: readonly string[] = ['.'], options: WalkOptions = {}): Promise<string[]> {
  const found: string[] = [];
  const absolute = paths.map((name) => path.join(root, name));
  for await (const entry of walkFiles(absolute, options)) found.push(path.relative(root, entry.absolutePath));
  return found;
}

describe('walkFiles', () => {
  it('yields every file once, in the order of the paths', async () => {
    await write({ 'b.md': '', 'a/z.md': '', 'a/あ.md': '', 'a-b.md': '', 'a.md': '', 'ä/x.txt': '' });
    expect(await walk()).toEqual(['a-b.md', 'a.md', 'a/z.md', 'a/あ.md', 'b.md', 'ä/x.txt']);
    expect(await walk(['a', 'a/z.md', '.'])).toEqual(['a/z.md', 'a/あ.md', 'a-b.md', 'a.md', 'b.md', 'ä/x.txt']);
  });

  it('shows paths as given and as they are on disk, with forward slashes', async () => {
    await write({ 'docs/cafe\u0301.md': 'é' });
    const cwd = process.cwd();
    process.chdir(root);
    try {
      const shown = async (given: string): Promise<string[]> => {
        const paths: string[] = [];
        for await (const entry of walkFiles([given])) paths.push(entry.path);
        return paths;
      };
      expect(await shown('docs')).toEqual(['docs/cafe\u0301.md']);
      expect(await shown('./docs/')).toEqual(['docs/cafe\u0301.md']);
      expect(await shown('.')).toEqual(['docs/cafe\u0301.md']);
      expect(await shown('docs/../docs')).toEqual(['docs/cafe\u0301.md']);
    } finally {
      process.chdir(cwd);
    }
  });

  it.skipIf(process.platform !== 'linux')('lists what it cannot take: names that are not UTF-8, pipes', async () => {
    await writeFile(Buffer.concat([Buffer.from(`${root}/caf`), Buffer.from([0xe9]), Buffer.from('.md')]), 'x');
    execFileSync('mkfifo', [path.join(root, 'pipe.md')]);
    await write({ 'a.md': '' });
    const skipped: SkippedFile[] = [];
    expect(await walk(['.'], { onSkipped: (file) => skipped.push(file) })).toEqual(['a.md']);
    expect(skipped).toMatchObject([
      {
        path: expect.stringMatching(/caf\ufffd\.md$/),
        reason: 'name-encoding',
        detail: expect.stringContaining('UTF-8'),
      },
      { path: expect.stringMatching(/pipe\.md$/), reason: 'not-a-file', detail: expect.stringContaining('pipe') },
    ]);
  });

  it('keeps to ignore files: nested, negated, anchored, and by kind', async () => {
    await write({
      '.gitignore': '*.log\nbuild/\n/top.md\n日記*\n',
      'sub/.gitignore': '!keep.log\n',
      'sub/.ignore': '!top.md\ndraft.md\n',
      'sub/.glotignore': '!draft.md\n',
      'x.log': '',
      'sub/x.log': '',
      'sub/keep.log': '',
      'build/a.md': '',
      'sub/build/a.md': '',
      'top.md': '',
      'sub/top.md': '',
      'sub/draft.md': '',
      '日記一.md': '',
      '記録.md': '',
    });
    expect(await walk()).toEqual(['sub/draft.md', 'sub/keep.log', 'sub/top.md', '記録.md']);
    expect(await walk(['.'], { noIgnore: true })).toHaveLength(10);
  });

  it('matches ignore rules with the case of the names', async () => {
    await write({ '.gitignore': 'readme.md\n', 'README.md': '' });
    expect(await walk()).toEqual(['README.md']);
  });

  it('obeys the ignore files of the repository around a folder, unless they ignore that folder itself', async () => {
    await write({
      '.git/HEAD': '',
      '.gitignore': 'secret.md\nout/\n',
      'docs/secret.md': '',
      'docs/a.md': '',
      'out/b.md': '',
    });
    expect(await walk(['docs'])).toEqual(['docs/a.md']);
    expect(await walk(['out'])).toEqual(['out/b.md']);
  });

  describe('in a repository of git', () => {
    beforeEach(() => vi.stubEnv('GIT_CONFIG_GLOBAL', path.join(root, 'config')));
    afterEach(() => vi.unstubAllEnvs());

    it('leaves out what the repository and its user exclude, unless an ignore file takes it in again', async () => {
      await write({
        config: `[user]\n\tname = 名\n[core]\n\texcludesFile = "${path.join(root, 'mine')}" # mine\n`,
        mine: '*.bak\n*.tmp\n',
        'repo/.git/HEAD': 'ref: refs/heads/main\n',
        'repo/.git/info/exclude': '/private/\n*.log\n!keep.tmp\n',
        'repo/.gitignore': '!wichtig.log\n',
        'repo/a.md': '',
        'repo/a.bak': '',
        'repo/keep.tmp': '',
        'repo/private/b.md': '',
        'repo/sub/x.log': '',
        'repo/sub/wichtig.log': '',
        'repo/sub/private/c.md': '',
        'other/x.log': '',
        'other/x.bak': '',
      });
      const kept = ['a.md', 'keep.tmp', 'sub/private/c.md', 'sub/wichtig.log'];
      expect(await walk(['repo'])).toEqual(kept.map((name) => `repo/${name}`));
      expect(await walk(['repo/sub'])).toEqual(['repo/sub/private/c.md', 'repo/sub/wichtig.log']);
      expect(await walk(['other'])).toEqual(['other/x.bak', 'other/x.log']);
      expect(await walk(['repo'], { noIgnore: true })).toHaveLength(7);
    });

    it('knows the excludes of a work tree by the repository that it belongs to', async () => {
      await write({
        config: '',
        'repo/.git/HEAD': '',
        'repo/.git/info/exclude': '*.log\n',
        'repo/.git/worktrees/w/commondir': '../..\n',
        'w/.git': `gitdir: ${path.join(root, 'repo/.git/worktrees/w')}\n`,
        'w/a.md': '',
        'w/x.log': '',
      });
      expect(await walk(['w'])).toEqual(['w/a.md']);
    });
  });

  it('leaves out hidden names, .git, .glot and node_modules', async () => {
    await write({
      '.hidden.md': '',
      '.git/x.md': '',
      '.glot/x.md': '',
      'node_modules/p/x.md': '',
      '.notes/x.md': '',
      'a.md': '',
    });
    expect(await walk()).toEqual(['a.md']);
    expect(await walk(['.'], { hidden: true })).toEqual(['.hidden.md', '.notes/x.md', 'a.md']);
  });

  it('always takes a file that is named, hidden or ignored', async () => {
    await write({ '.gitignore': '*.md\n', 'a.md': '', '.secret.txt': '' });
    expect(await walk(['a.md', '.secret.txt', '.'])).toEqual(['a.md', '.secret.txt']);
  });

  it('follows links only when asked, and then ends in spite of loops', async () => {
    const outside = await mkdtemp(path.join(tmpdir(), 'glot-outside-'));
    try {
      await writeFile(path.join(outside, 'far.md'), '');
      await write({ 'a/real.md': '' });
      await symlink(root, path.join(root, 'a/loop'));
      await symlink(path.join(root, 'a/real.md'), path.join(root, 'a/again.md'));
      await symlink(outside, path.join(root, 'out'));
      await symlink('nowhere', path.join(root, 'dangling.md'));
      expect(await walk()).toEqual(['a/real.md']);
      expect(await walk(['.'], { followLinks: true })).toEqual(['a/again.md', 'out/far.md']);
      expect(await walk(['out', 'a/again.md'])).toEqual(['out/far.md', 'a/again.md']);
    } finally {
      await rm(outside, { recursive: true });
    }
  });

  it('names a missing path before it yields anything', async () => {
    await write({ 'a.md': '' });
    const missing = path.join(root, 'müssing');
    const walking = walkFiles([root, missing]).next();
    await expect(walking).rejects.toMatchObject({ code: 'ingest.not-found', details: { path: missing } });
    await expect(walkFiles([path.join(root, 'a.md/b')]).next()).rejects.toMatchObject({ code: 'ingest.not-found' });
  });

  it.skipIf(process.getuid?.() === 0)('reports a folder that cannot be listed and goes on', async () => {
    await write({ 'closed/a.md': '', 'open/b.md': '' });
    await chmod(path.join(root, 'closed'), 0);
    const skipped: SkippedFile[] = [];
    try {
      expect(await walk(['.'], { onSkipped: (file) => skipped.push(file) })).toEqual(['open/b.md']);
    } finally {
      await chmod(path.join(root, 'closed'), 0o755);
    }
    expect(skipped).toMatchObject([{ reason: 'unreadable', path: expect.stringMatching(/closed$/) }]);
  });

  it('stops when the signal fires', async () => {
    await write({ 'a.md': '', 'b.md': '' });
    const controller = new AbortController();
    const walking = walkFiles([root], { signal: controller.signal });
    await walking.next();
    controller.abort();
    await expect(walking.next()).rejects.toMatchObject({ name: 'AbortError' });
  });
});
