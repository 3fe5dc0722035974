import { expect, it } from 'vitest';
import { pathGlob } from './path-glob.js';

const cases: [pattern: string, yes: string[], no: string[]][] = [
  ['*.md', ['a.md', 'docs/deep/日本.md'], ['a.mdx', 'a.md/b']],
  ['docs/*.md', ['docs/a.md'], ['docs/x/a.md', 'more/docs/a.md']],
  ['docs/**', ['docs/a', 'docs/x/y.z'], ['doc/a']],
  ['**/パン/*', ['パン/a', 'x/y/パン/b'], ['x/パン', 'パンa/b']],
  ['a/**/b', ['a/b', 'a/x/y/b'], ['ab', 'a/xb']],
  ['?.txt', ['é.txt', '😀.txt'], ['ab.txt', '.txt']],
  ['[a-c]x', ['ax', 'd/cx'], ['dx']],
  ['[!a-c]x', ['dx'], ['ax']],
  ['{en,de}/[ab]*.{md,txt}', ['en/a.md', 'de/bcd.txt'], ['fr/a.md', 'en/c.md']],
  ['a+b(c).md', ['a+b(c).md'], ['aab(c).md']],
  ['win\\*', ['win\\a', 'win/a'], ['win']],
  ['cafe\u0301', ['café'], ['cafe']],
  ['[', ['['], ['x']],
];

for (const [pattern, yes, no] of cases) {
  it(`matches ${pattern} against paths`, () => {
    const matches = pathGlob(pattern);
    expect(yes.filter((path) => !matches(path))).toEqual([]);
    expect(no.filter(matches)).toEqual([]);
  });
}
