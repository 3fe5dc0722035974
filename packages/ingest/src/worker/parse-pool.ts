/**
 * Up to two workers, started when needed and used again. A parse that runs too long or takes too much memory costs its
 * worker, never the process. Idle workers do not keep the process alive.
 */
import { Worker } from 'node:worker_threads';
import { throwIfAborted } from '@glot/errors';
import type { ParseReply, ParseRequest } from './protocol.js';

export interface ParsePoolOptions {
  readonly timeoutMs: number;
  /** Heap of a worker, and separately how much the process may grow during a parse: buffers are not on the heap. */
  readonly memoryMegabytes: number;
  /** Default 2. */
  readonly size?: number;
}

export interface ParsePool {
  parse(request: ParseRequest, signal?: AbortSignal): Promise<ParseReply>;
  dispose(): Promise<void>;
}

const MEMORY_CHECK_MS = 100;

/** From TypeScript source (tests) the worker starts through a loader; the build has it as JavaScript. */
const ENTRY = new URL(import.meta.url.endsWith('.ts') ? './from-source.mjs' : './parse-worker.js', import.meta.url);

export function createParsePool({ timeoutMs, memoryMegabytes, size = 2 }: ParsePoolOptions): ParsePool {
  const idle: Worker[] = [];
  const all = new Set<Worker>();
  const waiting: (() => void)[] = [];
  let busy = 0;

  const start = (): Worker => {
    const worker = new Worker(ENTRY, {
      stdout: true,
      stderr: true,
      stdin: false,
      env: {},
      execArgv: [],
      resourceLimits: { maxOldGenerationSizeMb: memoryMegabytes },
    });
    // What parsers print stays in the worker (see there); reading these pipes would keep the process alive.
    all.add(worker);
    worker.once('exit', () => {
      all.delete(worker);
      const at = idle.indexOf(worker);
      if (at >= 0) idle.splice(at, 1);
    });
    // Without a listener an error of an idle worker would end the process; `exit` follows.
    worker.on('error', () => {});
    return worker;
  };

  const run = (worker: Worker, request: ParseRequest, signal: AbortSignal | undefined): Promise<ParseReply> =>
    new Promise((resolve) => {
      const residentAtStart = process.memoryUsage.rss();
      const finish = (reply: ParseReply, reusable: boolean): void => {
        clearTimeout(timer);
        clearInterval(watch);
        signal?.removeEventListener('abort', onAbort);
        worker.off('message', onMessage).off('error', onError).off('exit', onExit);
        if (reusable) {
          worker.unref();
          idle.push(worker);
        } else {
          void worker.terminate();
        }
        resolve(reply);
      };
      const fail = (reason: 'timeout' | 'out-of-memory' | 'malformed', detail: string): void =>
        finish({ reason, detail }, false);
      const onMessage = (reply: ParseReply): void => finish(reply, true);
      const onError = (error: NodeJS.ErrnoException): void =>
        error.code === 'ERR_WORKER_OUT_OF_MEMORY'
          ? fail('out-of-memory', `parsing takes more than ${memoryMegabytes} MiB`)
          : fail('malformed', `the parser broke down: ${error.message}`);
      const onExit = (code: number): void => fail('malformed', `the parser ended with code ${code}`);
      const onAbort = (): void => fail('timeout', 'interrupted');
      const timer = setTimeout(() => fail('timeout', `parsing takes longer than ${timeoutMs} ms`), timeoutMs);
      const watch = setInterval(() => {
        const grown = (process.memoryUsage.rss() - residentAtStart) / 2 ** 20;
        if (grown > memoryMegabytes * 2) {
          fail('out-of-memory', `parsing takes more than ${memoryMegabytes * 2} MiB`);
        }
      }, MEMORY_CHECK_MS);
      signal?.addEventListener('abort', onAbort, { once: true });
      worker.on('message', onMessage).on('error', onError).on('exit', onExit);
      worker.ref();
      worker.postMessage(request, transferable(request));
    });

  return {
    async parse(request, signal) {
      throwIfAborted(signal);
      if (busy >= size) await new Promise<void>((resolve) => waiting.push(resolve));
      else busy++;
      try {
        throwIfAborted(signal);
        const reply = await run(idle.pop() ?? start(), request, signal);
        throwIfAborted(signal);
        return reply;
      } finally {
        // The place passes to the next in line, if there is one.
        const next = waiting.shift();
        if (next === undefined) busy--;
        else next();
      }
    },
    async dispose() {
      await Promise.all(Array.from(all, (worker) => worker.terminate()));
    },
  };
}

/** Bytes that fill their own buffer are moved, others copied. */
function transferable(request: ParseRequest): ArrayBuffer[] {
  if (request.kind === 'html') return [];
  const { buffer, byteLength } = request.bytes;
  return buffer instanceof ArrayBuffer && buffer.byteLength === byteLength ? [buffer] : [];
}
