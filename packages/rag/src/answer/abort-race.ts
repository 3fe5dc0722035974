import { abortError } from '@glot/errors';

/**
 * Passes a source on until the signal fires: then it throws an `AbortError` at once, whatever the source is waiting for, and
 * tells the source to end. When the reader stops, so does the source.
 */
export async function* untilAborted<T>(
  source: AsyncIterable<T>,
  signal: AbortSignal | undefined,
): AsyncGenerator<T, void, void> {
  if (signal === undefined) {
    yield* source;
    return;
  }
  const iterator = source[Symbol.asyncIterator]();
  let onAbort = () => {};
  const aborted = new Promise<never>((_, reject) => {
    onAbort = () => reject(abortError(signal));
    if (signal.aborted) onAbort();
    else signal.addEventListener('abort', onAbort, { once: true });
  });
  aborted.catch(() => {});
  let finished = false;
  try {
    while (true) {
      const next = await Promise.race([iterator.next(), aborted]);
      if (next.done === true) {
        finished = true;
        return;
      }
      yield next.value;
    }
  } finally {
    signal.removeEventListener('abort', onAbort);
    // Not awaited after an abort: a source that hangs would hang here too.
    const ended = finished ? undefined : iterator.return?.();
    if (signal.aborted) ended?.catch(() => {});
    else await ended;
  }
}
