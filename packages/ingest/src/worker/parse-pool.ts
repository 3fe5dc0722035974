/**
 * Up to two workers, started when needed and used again. A parse that runs too long or takes too much memory costs its
 * worker, never the process. Idle workers do not keep the process alive.
 */
import { Worker } from 'node:worker_threads';
import { GlotError, throwIfAborted } from '@glot/errors';
import type { Extraction } from '../extraction.js';
import { type Refusal, refusalOf, type SkipReason } from '../skip-reasons.js';
import type { ParseReply, ParseRequest } from './protocol.js';

export interface ParsePoolOptions {
  readonly timeoutMs: number;
  /** Heap of a worker, and separately how much the process may grow during a parse: buffers are not on the heap. */
  readonly memoryMegabytes: number;
  /** Default 2. */
  readonly size?: number;
}

export type Parsed = { readonly extraction: Extraction } | Refusal;

export interface ParsePool {
  /** @throws GlotError `ingest.installation` where the parser cannot be loaded, `aborted` */
  parse(request: ParseRequest, signal?: AbortSignal): Promise<Parsed>;
  dispose(): Promise<void>;
}

const CHECK_MS = 100;

/** What one check counts at most of the time since the one before: more, and the process did not run meanwhile. */
const LONGEST_TICK_MS = 1_000;

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

  const run = (worker: Worker, request: ParseRequest, signal: AbortSignal | undefined): Promise<Parsed> =>
    new Promise((resolve, reject) => {
      const residentAtStart = process.memoryUsage.rss();
      let livedMs = 0;
      let checkedAt = performance.now();
      const end = (reusable: boolean): void => {
        clearInterval(watch);
        signal?.removeEventListener('abort', onAbort);
        worker.off('message', onMessage).off('error', onError).off('exit', onExit);
        if (reusable) {
          worker.unref();
          idle.push(worker);
        } else {
          void worker.terminate();
        }
      };
      const fail = (reason: SkipReason, detail: string): void => {
        end(false);
        resolve({ reason, detail });
      };
      const failInstallation = (what: string, cause?: unknown): void => {
        end(false);
        reject(brokenInstallation(what, cause));
      };
      const onMessage = (reply: ParseReply): void => {
        if ('broken' in reply) {
          failInstallation(reply.broken);
        } else {
          end(true);
          resolve(reply);
        }
      };
      const onError = (error: NodeJS.ErrnoException): void => {
        const refusal = refusalOf(error);
        if (isMissingModule(error)) failInstallation(error.message, error);
        else if (error.code === 'ERR_WORKER_OUT_OF_MEMORY') {
          fail('out-of-memory', `parsing takes more than ${memoryMegabytes} MiB`);
        } else if (refusal.reason === 'out-of-memory') fail(refusal.reason, refusal.detail);
        else fail('parser-failed', `the parser broke down: ${error.message}`);
      };
      const onExit = (code: number): void => fail('parser-failed', `the parser ended with code ${code}`);
      const onAbort = (): void => fail('timeout', 'interrupted');
      const watch = setInterval(
        () => {
          const now = performance.now();
          // A process that was stopped, or a machine that slept, finds one long gap: the worker stood still as well.
          livedMs += Math.min(now - checkedAt, LONGEST_TICK_MS);
          checkedAt = now;
          if (livedMs > timeoutMs) return fail('timeout', `parsing takes longer than ${timeoutMs} ms`);
          const grown = (process.memoryUsage.rss() - residentAtStart) / 2 ** 20;
          if (grown > memoryMegabytes * 2) {
            fail('out-of-memory', `parsing takes more than ${memoryMegabytes * 2} MiB`);
          }
        },
        Math.min(CHECK_MS, timeoutMs),
      );
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

function isMissingModule({ code, name }: NodeJS.ErrnoException): boolean {
  return name === 'SyntaxError' || /^(?:ERR_)?MODULE_NOT_FOUND$|^ERR_PACKAGE_|^ERR_UNKNOWN_/.test(code ?? '');
}

function brokenInstallation(what: string, cause?: unknown): GlotError {
  return new GlotError(
    'ingest.installation',
    `a part of glot that reads documents is missing or broken (${what}); install glot again`,
    {
      cause,
    },
  );
}

/** Bytes that fill their own buffer are moved, others copied. */
function transferable(request: ParseRequest): ArrayBuffer[] {
  if (request.kind === 'html') return [];
  const { buffer, byteLength } = request.bytes;
  return buffer instanceof ArrayBuffer && buffer.byteLength === byteLength ? [buffer] : [];
}
