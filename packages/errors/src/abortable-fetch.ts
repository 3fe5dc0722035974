/**
 * `fetch` that stays abortable until its body has ended.
 *
 * The one of Node 20 (undici 6) holds what listens to the signal of a running request weakly: once that is collected, an
 * abort after the headers is lost, and who reads the body waits for ever. `AbortSignal.any` loses a timeout in the same
 * way. Here the signals themselves are listened to, for as long as the body comes.
 *
 * The body is to be read or canceled, as with any `fetch`.
 * @throws what the signal that fires gives as its reason, from here or from the body; otherwise what `fetch` throws
 * @example
 * const response = await abortableFetch('http://localhost:8080/v1/models', {}, [AbortSignal.timeout(60_000)]);
 */
export async function abortableFetch(
  url: string | URL,
  init: Omit<RequestInit, 'signal'>,
  signals: readonly AbortSignal[],
): Promise<Response> {
  const stop = new AbortController();
  const onAbort = () => {
    release();
    stop.abort(signals.find((signal) => signal.aborted)?.reason);
  };
  const release = () => {
    for (const signal of signals) signal.removeEventListener('abort', onAbort);
  };
  for (const signal of signals) signal.addEventListener('abort', onAbort);
  if (signals.some((signal) => signal.aborted)) onAbort();
  try {
    const response = await fetch(url, { ...init, signal: stop.signal });
    if (response.body !== null) return withBody(response, (body) => abortableBody(body, stop.signal, release));
    release();
    return response;
  } catch (error) {
    release();
    throw error;
  }
}

function abortableBody(
  body: ReadableStream<Uint8Array>,
  signal: AbortSignal,
  release: () => void,
): ReadableStream<Uint8Array> {
  const reader = body.getReader();
  // Ends a read that is waiting, and the connection.
  const cancel = () => void reader.cancel(signal.reason).catch(() => {});
  if (signal.aborted) cancel();
  else signal.addEventListener('abort', cancel, { once: true });
  return new ReadableStream<Uint8Array>(
    {
      async pull(controller) {
        try {
          const { done, value } = await reader.read();
          signal.throwIfAborted();
          if (!done) return controller.enqueue(value);
          release();
          controller.close();
        } catch (error) {
          release();
          throw error;
        }
      },
      cancel(reason) {
        release();
        return reader.cancel(reason);
      },
    },
    { highWaterMark: 0 },
  );
}

// What the constructor would not take of an answer is laid upon it: any status, and what servers write beside it.
function withBody(answer: Response, wrap: (body: ReadableStream<Uint8Array>) => ReadableStream<Uint8Array>): Response {
  const { status, statusText, ok, url, headers } = answer;
  const response = new Response(wrap(answer.body!), { headers });
  const stated = { status, statusText, ok, url };
  for (const [name, value] of Object.entries(stated)) Object.defineProperty(response, name, { value });
  return response;
}
