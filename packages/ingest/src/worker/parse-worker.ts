/** The worker: parses untrusted HTML, PDF and DOCX. Imports nothing of other packages, so that it starts from source too. */
import { parentPort } from 'node:worker_threads';
import type { Extraction } from '../extraction.js';
import { Refused } from '../readers/refused.js';
import { errorCode, isAllocationError, refusalOf } from '../skip-reasons.js';
import type { ParseReply, ParseRequest } from './protocol.js';

const MAX_DETAIL = 200;

// Parsers print warnings, and nobody reads the pipes that these would fill.
for (const stream of [process.stdout, process.stderr]) stream.write = () => true;

parentPort?.on('message', async (request: ParseRequest) => {
  parentPort?.postMessage(await parse(request));
});

async function parse(request: ParseRequest): Promise<ParseReply> {
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
  try {
    return { extraction: await read() };
  } catch (error) {
    if (error instanceof Refused) return { reason: error.reason, detail: error.message };
    if (isAllocationError(error)) return refusalOf(error);
    return { reason: 'malformed', detail: `the parser gave up: ${oneLine(error)}` };
  }
}

async function readerOf(request: ParseRequest): Promise<() => Extraction | Promise<Extraction>> {
  switch (request.kind) {
    case 'html': {
      const { readHtml } = await import('../readers/html.js');
      return () => readHtml(request.text);
    }
    case 'pdf': {
      const { readPdf } = await import('../readers/pdf.js');
      return () => readPdf(request.bytes);
    }
    case 'docx': {
      const { readDocx } = await import('../readers/docx.js');
      return () => readDocx(request.bytes);
    }
  }
}

function oneLine(error: unknown): string {
  const message = error instanceof Error ? error.message : String(error);
  const line = message.replace(/\s+/g, ' ').trim();
  return line.length > MAX_DETAIL ? `${line.slice(0, MAX_DETAIL)}…` : line;
}
