import { describe, expect, it } from 'vitest';
import { GlotError, isGlotError, revivedGlotError } from './glot-error.js';

describe('GlotError', () => {
  it('is recognized by mark and by code', () => {
    const error = new GlotError('index.not-found', 'no index', { details: { file: 'ä/索引.db' } });
    expect(isGlotError(error)).toBe(true);
    expect(isGlotError(error, 'index.not-found')).toBe(true);
    expect(isGlotError(error, 'index.corrupt')).toBe(false);
    expect(isGlotError(new Error('plain'))).toBe(false);
    expect(isGlotError(null)).toBe(false);
    expect(error.details).toEqual({ file: 'ä/索引.db' });
  });

  it('keeps its cause', () => {
    const cause = new Error('disk');
    expect(new GlotError('index.closed', 'm', { cause }).cause).toBe(cause);
  });

  it('tells its details by its code, to the compiler too', () => {
    const error: unknown = new GlotError('index.version', 'newer', {
      details: { file: 'a.db', version: 9, supported: 7 },
    });
    const told = isGlotError(error, 'index.version') ? error.details.version - error.details.supported : 0;
    expect(told).toBe(2);
    const byCode = isGlotError(error) && error.code === 'index.version' ? error.details.file : '';
    expect(byCode).toBe('a.db');
    // @ts-expect-error: no package has such a code
    expect(isGlotError(error, 'index.nothing')).toBe(false);
    // @ts-expect-error: the file is to be named
    expect(new GlotError('index.not-found', 'no index').details).toEqual({});
  });

  it('passes between threads as a record', () => {
    const { code, message, details } = new GlotError('lfm2.json', 'no JSON', { details: { path: 'config.json' } });
    const revived = revivedGlotError(structuredClone({ code, message, details }));
    expect(isGlotError(revived, 'lfm2.json') && revived.details.path).toBe('config.json');
  });
});
