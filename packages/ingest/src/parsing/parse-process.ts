/**
 * The process: parses untrusted formats, one document at a time. Imports nothing of other packages, so that it
 * starts from source too. It ends with its parent: by the channel while it waits, by the watchdog while it parses.
 */
import { Worker } from 'node:worker_threads';
import type { Extraction } from '../extraction.js';
import { Refused } from '../formats/refused.js';
import { formatNamed } from '../formats/registry.js';
import { errorCode, isAllocationError, refusalOf } from '../skip-reasons.js';
import type { ParseMessage, ParseReply, ParseRequest } from './protocol.js';
import type { WatchdogData } from './watchdog-worker.js';

const MAX_DETAIL = 200;

const WATCHDOG = new URL(
  import.meta.url.endsWith('.ts') ? './from-source.mjs' : './watchdog-worker.js',
  import.meta.url,
);

const send = (message: ParseMessage, sent?: () => void): void => {
  process.send?.(message, undefined, {}, sent);
};

// Ctrl-C reaches every process of the terminal; whether it ends the run is for the parent to say.
process.on('SIGINT', () => {});
process.on('disconnect', () => process.exit());
process.on('uncaughtException', (error) => {
  send(
    { reason: 'parser-failed', detail: `the parser broke down: ${oneLine(error)}`, residentBytes: 0, processorMs: 0 },
    () => process.exit(1),
  );
});

const watch: WatchdogData = { parent: process.ppid, growthBytes: Number(process.argv[2]) };
new Worker(WATCHDOG, { workerData: watch, env: {}, execArgv: [] }).unref();
process.on('message', async (request: ParseRequest) => {
  let before = process.cpuUsage();
  const reply = await parse(request, () => {
    before = process.cpuUsage();
  });
  const { user, system } = process.cpuUsage(before);
  send({ ...reply, residentBytes: process.memoryUsage.rss(), processorMs: (user + system) / 1000 });
});
send('ready');

async function parse(request: ParseRequest, onLoaded: () => void): Promise<ParseReply> {
  let read: () => Extraction | Promise<Extraction>;
  try {
    read = await readerOf(request);
  } catch (error) {
    // A system that is short of files or memory says so by such a code; anything else is an installation that lacks parts.
    const refusal = refusalOf(error);
    const isShort = refusal.reason === 'out-of-memory' || /\b(?:EMFILE|ENFILE|EIO)\b/.test(refusal.detail);
    if (isShort) return { reason: 'parser-failed', detail: `the parser could not be loaded (${errorCode(error)})` };
    return { broken: oneLine(error) };
  }
  onLoaded();
  try {
    return { extraction: await read() };
  } catch (error) {
    if (error instanceof Refused) return { reason: error.reason, detail: error.message };
    if (isAllocationError(error)) return refusalOf(error);
    return { reason: 'malformed', detail: `the parser gave up: ${oneLine(error)}` };
  }
}

async function readerOf({
  format: name,
  extension,
  source,
}: ParseRequest): Promise<() => Extraction | Promise<Extraction>> {
  const format = formatNamed(name);
  if (format?.source === 'bytes' && typeof source !== 'string') {
    const read = await loaded(name, format.load());
    return () => read(source);
  }
  if (format?.source === 'text' && typeof source === 'string') {
    const read = await loaded(name, format.load());
    return () => read(source, extension);
  }
  throw new Error(`no reader for ${name}`);
}

const known = new Set<string>();

async function loaded<T>(name: string, loading: Promise<T>): Promise<T> {
  const reader = await loading;
  if (!known.has(name)) send('loaded');
  known.add(name);
  return reader;
}

function oneLine(error: unknown): string {
  const message = error instanceof Error ? error.message : String(error);
  const line = message.replace(/\s+/g, ' ').trim();
  return line.length > MAX_DETAIL ? `${line.slice(0, MAX_DETAIL)}…` : line;
}
