import { describe, expect, it } from 'vitest';
import { refusalOf, skipKind } from './skip-reasons.js';

const system = (code: string) => Object.assign(new Error(`${code}: 失敗, open '/ä'`), { code });

describe('reasons of skipped files', () => {
  it.each(['timeout', 'out-of-memory', 'parser-failed', 'unreadable', 'vanished'])('%s may pass', (reason) => {
    expect(skipKind(reason)).toBe('passing');
  });

  it.each(['encrypted', 'malformed', 'too-large', 'binary', 'partial', 'not-a-file'])('%s lasts', (reason) => {
    expect(skipKind(reason)).toBe('lasting');
  });

  it('looks again into what another version wrote', () => {
    expect(skipKind('constructor')).toBe('passing');
  });

  it.each([
    [system('ENOENT'), 'vanished', ''],
    [system('EACCES'), 'unreadable', 'permission'],
    [system('EMFILE'), 'unreadable', 'too many files'],
    [system('EIO'), 'unreadable', 'EIO'],
    [system('ENOMEM'), 'out-of-memory', 'ENOMEM'],
    [system('EFBIG'), 'too-large', 'EFBIG'],
    [new RangeError('Array buffer allocation failed'), 'out-of-memory', 'Array buffer allocation failed'],
    ['?', 'unreadable', '?'],
  ])('%s is %s', (error, reason, detail) => {
    expect(refusalOf(error)).toEqual({ reason, detail: expect.stringContaining(detail) });
  });
});
