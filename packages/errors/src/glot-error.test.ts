import { describe, expect, it } from 'vitest';
import { GlotError, isGlotError, throwIfAborted } from './glot-error.js';

describe('GlotError', () => {
  it('is recognised by mark and by code', () => {
    const error = new GlotError('index.not-found', 'no index', { details: { path: 'ä/索引.db' } });
    expect(isGlotError(error)).toBe(true);
    expect(isGlotError(error, 'index.not-found')).toBe(true);
    expect(isGlotError(error, 'index.corrupt')).toBe(false);
    expect(isGlotError(new Error('plain'))).toBe(false);
    expect(isGlotError(null)).toBe(false);
    expect(error.details).toEqual({ path: 'ä/索引.db' });
  });

  it('keeps its cause', () => {
    const cause = new Error('disk');
    expect(new GlotError('x.y', 'm', { cause }).cause).toBe(cause);
  });

  it('turns a fired signal into the code `aborted`', () => {
    const controller = new AbortController();
    expect(() => throwIfAborted(controller.signal)).not.toThrow();
    controller.abort();
    expect(() => throwIfAborted(controller.signal)).toThrowError(expect.objectContaining({ code: 'aborted' }));
    expect(() => throwIfAborted(undefined)).not.toThrow();
  });
});
