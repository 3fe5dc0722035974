import { describe, expect, it } from 'vitest';
import { abortError, isAbortError, throwIfAborted } from './abort-error.js';

describe('an abort', () => {
  it('rejects with the reason of the signal, which is an AbortError', () => {
    const controller = new AbortController();
    expect(() => throwIfAborted(controller.signal)).not.toThrow();
    expect(() => throwIfAborted(undefined)).not.toThrow();
    controller.abort();
    expect(() => throwIfAborted(controller.signal)).toThrow(controller.signal.reason);
    expect(controller.signal.reason.name).toBe('AbortError');
  });

  it('is an AbortError with the cause where the reason is another', () => {
    for (const reason of ['zu spät', new Error('enough'), 7]) {
      const error = abortError(AbortSignal.abort(reason));
      expect(isAbortError(error)).toBe(true);
      expect(error).toMatchObject({ name: 'AbortError', code: 'ABORT_ERR', cause: reason });
    }
  });

  it('keeps the time limit that fired', () => {
    const limit = new DOMException('late', 'TimeoutError');
    expect(abortError(AbortSignal.abort(limit))).toBe(limit);
  });
});
