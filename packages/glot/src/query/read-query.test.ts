import { describe, expect, it } from 'vitest';
import { readQuery } from './read-query.js';

describe('a query', () => {
  it.each([
    ['"opening hours" museum', 'opening hours museum', ['opening hours'], []],
    ['museum “opening hours”, winter', 'museum opening hours, winter', ['opening hours'], []],
    ['„lange Nacht“ Museum', 'lange Nacht Museum', ['lange Nacht'], []],
    ['„lange Nacht” Museum', 'lange Nacht Museum', ['lange Nacht'], []],
    ['« nuit des musées » billets', 'nuit des musées billets', ['nuit des musées'], []],
    ['»lange Nacht« Museum', 'lange Nacht Museum', ['lange Nacht'], []],
    ['「夜間開館」の料金', '夜間開館の料金', ['夜間開館'], []],
    ['美术馆“开放时间”是什么', '美术馆开放时间是什么', ['开放时间'], []],
    ['("two words") "and more"', '(two words) and more', ['two words', 'and more'], []],
    ['jaguar -car', 'jaguar', [], ['car']],
    ['jaguar -car -"sports cars"', 'jaguar', [], ['car', 'sports cars']],
    ['-car jaguar', 'jaguar', [], ['car']],
    ['ягуар -машина', 'ягуар', [], ['машина']],
    ['库 -合同', '库', [], ['合同']],
    ['wax -snow-board', 'wax', [], ['snow-board']],
    ['"wax" -snow', 'wax', ['wax'], ['snow']],
  ])('%s', (typed, text, phrases, without) => {
    expect(readQuery(typed)).toEqual({ text, phrases, without });
  });

  it('has text in which nothing is a sign', () => {
    expect(readQuery('wax -snow', '-k "old option"')).toEqual({
      text: 'wax -k "old option"',
      phrases: [],
      without: ['snow'],
    });
    expect(readQuery('', '-k')).toEqual({ text: '-k', phrases: [], without: [] });
    expect(readQuery('-snow', 'wax')).toEqual({ text: 'wax', phrases: [], without: ['snow'] });
  });

  it.each([
    'tar -xzf archive.tar.gz',
    'tar -xzf archive',
    'ls -la',
    'what does -k do',
    'grep -k within -text',
    'find . -name "*.md" -exec rm',
    'git commit --amend -message',
    'a-b',
    'C++ and C#',
    '-',
    'this - that',
    '-- that',
    '"',
    'a lone " quote',
    '5" pipes and 7" pipes',
    "it's the dogs' dinner",
    "rock 'n' roll 'quoted'",
    'Haupteingang und -ausgang',
    'temperature -5 degrees',
    '""',
    '"?!" what',
    '-snow',
    'he said "unfinished',
    'x -x86_64',
    'AND OR NOT NEAR(a b) title:c* ^d',
  ])('%s is just text', (typed) => {
    expect(readQuery(typed)).toEqual({ text: typed, phrases: [], without: [] });
  });
});
