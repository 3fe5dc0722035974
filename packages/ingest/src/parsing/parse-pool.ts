/**
 * Up to two processes, started when there is enough for them to do, and used again. A parse that runs too long, takes too
 * much memory or ends the engine itself (which no limit of a thread catches) costs its process and never the caller's.
 * Idle ones do not keep the caller's process alive, and none outlives it.
 */
import { type ChildProcess, fork } from 'node:child_process';
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { GlotError, throwIfAborted } from '@glot/errors';
import type { Extraction } from '../extraction.js';
import { type Refusal, refusalOf } from '../skip-reasons.js';
import type { ParseMessage, ParseRequest } from './protocol.js';

export interface ParsePoolOptions {
  readonly timeoutMs: number;
  /** Heap of a parser; twice of it is what its process may grow: buffers are not on the heap. */
  readonly memoryMegabytes: number;
  /** Default 2. */
  readonly size?: number | undefined;
  /** Processor time that the first process takes for documents before another is started beside it; default 1,500. */
  readonly startMs?: number | undefined;
}

export type Parsed = { readonly extraction: Extraction } | Refusal;

export interface ParsePool {
  /** @throws GlotError `ingest.installation` where the parser cannot be loaded, `AbortError` */
  parse(request: ParseRequest, signal?: AbortSignal): Promise<Parsed>;
  dispose(): Promise<void>;
}

const CHECK_MS = 100;

/** Processor time of parsing after which another process is started: starting one takes about as much. */
const START_MS = 1_500;

/** What one check counts at most of the time since the one before: more, and the process did not run meanwhile. */
const LONGEST_TICK_MS = 1_000;

/** From TypeScript source (tests) the process starts through a loader; the build has it as JavaScript. */
const ENTRY = fileURLToPath(
  new URL(import.meta.url.endsWith('.ts') ? './from-source.mjs' : './parse-process.js', import.meta.url),
);

/** What a program needs to start at all. Nothing else of the user's is shown to code that reads untrusted files. */
const ENVIRONMENT = ['PATH', 'LD_LIBRARY_PATH', 'DYLD_LIBRARY_PATH', 'SystemRoot', 'TMPDIR', 'TEMP', 'TMP', 'TZ'];

interface Parser {
  readonly process: ChildProcess;
  isReady: boolean;
}

export function createParsePool(options: ParsePoolOptions): ParsePool {
  const { timeoutMs, memoryMegabytes, size = 2, startMs = START_MS } = options;
  const idle: Parser[] = [];
  const all = new Set<Parser>();
  const waiting: (() => void)[] = [];
  let busy = 0;
  let takenMs = 0;
  /** Documents that may be parsed at the same time. */
  const places = (): number => (takenMs < startMs ? 1 : size);
  const tookMs = (milliseconds: number): void => {
    takenMs += milliseconds;
    while (busy < places() && waiting.length > 0) {
      busy++;
      waiting.shift()!();
    }
  };

  const start = (): Parser => {
    const parser: Parser = {
      process: fork(ENTRY, [`${memoryMegabytes * 2 * 2 ** 20}`], {
        execArgv: [`--max-old-space-size=${memoryMegabytes}`],
        env: Object.fromEntries(ENVIRONMENT.flatMap((name) => (process.env[name] ? [[name, process.env[name]]] : []))),
        // What parsers print is for nobody, and the engine's last words are told by how it ends.
        stdio: ['ignore', 'ignore', 'ignore', 'ipc'],
        serialization: 'advanced',
      }),
      isReady: false,
    };
    all.add(parser);
    parser.process.once('exit', () => {
      all.delete(parser);
      const at = idle.indexOf(parser);
      if (at >= 0) idle.splice(at, 1);
    });
    // Without a listener a failure to start or to send would end the caller's process.
    parser.process.on('error', () => {});
    return parser;
  };

  const run = (parser: Parser, request: ParseRequest, signal: AbortSignal | undefined): Promise<Parsed> =>
    new Promise((resolve, reject) => {
      const child = parser.process;
      let livedMs = 0;
      let checkedAt = performance.now();
      const end = (reusable: boolean): void => {
        clearInterval(watch);
        signal?.removeEventListener('abort', onAbort);
        child.off('message', onMessage).off('error', onError).off('exit', onExit);
        child.unref();
        child.channel?.unref();
        if (reusable) idle.push(parser);
        else child.kill('SIGKILL');
      };
      const fail = (refusal: Refusal): void => {
        end(false);
        resolve(refusal);
      };
      const failInstallation = (what: string): void => {
        end(false);
        reject(brokenInstallation(what));
      };
      const onMessage = (message: ParseMessage): void => {
        if (message === 'ready' || message === 'loaded') {
          parser.isReady = true;
          // The file is not blamed for what comes before it.
          livedMs = 0;
          checkedAt = performance.now();
          return;
        }
        const { residentBytes, processorMs, ...reply } = message;
        tookMs(processorMs);
        if ('broken' in reply) {
          failInstallation(reply.broken);
          return;
        }
        // One that has not given its memory back would be blamed for it with the next document.
        end(residentBytes < memoryMegabytes * 2 ** 20 && !('reason' in reply && reply.reason === 'parser-failed'));
        resolve(reply);
      };
      const onError = (error: Error): void => {
        const { reason, detail } = refusalOf(error);
        if (reason === 'out-of-memory') fail({ reason, detail });
        else fail({ reason: 'parser-failed', detail: `the parser cannot be run: ${error.message}` });
      };
      const onExit = (code: number | null, by: NodeJS.Signals | null): void => {
        if (parser.isReady || code === null || code === 134) fail(endedBy(code, by, memoryMegabytes));
        else failInstallation(`${ENTRY} ${existsSync(ENTRY) ? `ended with code ${code}` : 'is not there'}`);
      };
      const onAbort = (): void => fail({ reason: 'timeout', detail: 'interrupted' });
      const watch = setInterval(
        () => {
          const now = performance.now();
          // A process that was stopped, or a machine that slept, finds one long gap: the parser stood still as well.
          livedMs += Math.min(now - checkedAt, LONGEST_TICK_MS);
          checkedAt = now;
          // Others need not wait for the end of one that takes long.
          if (livedMs >= startMs) tookMs(startMs);
          if (livedMs > timeoutMs) fail({ reason: 'timeout', detail: `parsing takes longer than ${timeoutMs} ms` });
        },
        Math.min(CHECK_MS, timeoutMs),
      );
      signal?.addEventListener('abort', onAbort, { once: true });
      child.on('message', onMessage).on('error', onError).on('exit', onExit);
      child.ref();
      child.channel?.ref();
      child.send(request);
    });

  return {
    async parse(request, signal) {
      throwIfAborted(signal);
      if (busy >= places()) await new Promise<void>((resolve) => waiting.push(resolve));
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
      await Promise.all(Array.from(all, ({ process: child }) => ended(child)));
    },
  };
}

function ended(child: ChildProcess): Promise<void> {
  return new Promise((resolve) => {
    if (child.exitCode !== null || child.signalCode !== null || child.pid === undefined) return resolve();
    child.once('exit', () => resolve());
    child.ref();
    child.kill('SIGKILL');
  });
}

/** The engine aborts where its heap is full; the watchdog, and a system short of memory, kill. */
function endedBy(code: number | null, by: NodeJS.Signals | null, memoryMegabytes: number): Refusal {
  if (by === 'SIGABRT' || by === 'SIGTRAP' || by === 'SIGILL' || code === 134) {
    return { reason: 'out-of-memory', detail: `parsing takes more than ${memoryMegabytes} MiB` };
  }
  if (by === 'SIGKILL') {
    return { reason: 'out-of-memory', detail: `parsing takes more than ${memoryMegabytes * 2} MiB` };
  }
  return { reason: 'parser-failed', detail: `the parser ended ${by === null ? `with code ${code}` : `by ${by}`}` };
}

function brokenInstallation(what: string): GlotError {
  return new GlotError(
    'ingest.installation',
    `a part of glot that reads documents is missing or broken (${what}); install glot again`,
  );
}
