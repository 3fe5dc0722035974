import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { walkFiles } from './walk-files.js';
import { walkFilter } from './walk-filter.js';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'glot-filter-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

const FILES = {
  '.gitignore': '*.log\nbuild/\n/oben.md\n',
  'a.md': '',
  'oben.md': '',
  '記録.log': '',
  'sub/oben.md': '',
  'sub/.ignore': '!wichtig.log\n',
  'sub/wichtig.log': '',
  'sub/build/x.md': '',
  'build.md': '',
  '.versteckt/x.md': '',
  'node_modules/p/x.md': '',
};

describe('walkFilter', () => {
  it.each([{}, { noIgnore: true }, { hidden: true }])('leaves out what a walk leaves out (%o)', async (options) => {
    const noIgnore = 'noIgnore' in options;
    for (const [name, text] of Object.entries(FILES)) {
      mkdirSync(dirname(join(folder, name)), { recursive: true });
      writeFileSync(join(folder, name), text);
    }
    const walked: string[] = [];
    for await (const { absolutePath } of walkFiles([folder], options)) walked.push(absolutePath);
    const filter = await walkFilter([{ path: folder, ...options }]);
    const kept = Object.keys(FILES).filter((name) => !filter.leavesOut(join(folder, name), false));
    const names = (paths: readonly string[]) => paths.filter((name) => !/ignore$/.test(name)).sort();
    expect(names(kept)).toEqual(names(walked.map((path) => path.slice(folder.length + 1))));
    expect(filter.leavesOut(join(folder, 'sub/build'), true)).toBe(!noIgnore);
    expect(filter.leavesOut(join(folder, 'build'), false)).toBe(false);
    expect(filter.leavesOut(folder, true)).toBe(false);
    expect(filter.isRule(join(folder, 'sub/.ignore'))).toBe(!noIgnore);
  });
});
