/** The worker: parses untrusted HTML, PDF and DOCX. Imports nothing of other packages, so that it starts from source too. */
import { parentPort } from 'node:worker_threads';
import { Refused } from '../readers/refused.js';
import type { ParseReply, ParseRequest } from './protocol.js';

const MAX_DETAIL = 200;

// Parsers print warnings, and nobody reads the pipes that these would fill.
for (const stream of [process.stdout, process.stderr]) stream.write = () => true;

parentPort?.on('message', async (request: ParseRequest) => {
  parentPort?.postMessage(await parse(request));
});

async function parse(request: ParseRequest): Promise<ParseReply> {
  try {
    switch (request.kind) {
      case 'html':
        return { extraction: (await import('../readers/html.js')).readHtml(request.text) };
      case 'pdf':
        return { extraction: await (await import('../readers/pdf.js')).readPdf(request.bytes) };
      case 'docx':
        return { extraction: await (await import('../readers/docx.js')).readDocx(request.bytes) };
    }
  } catch (error) {
    if (error instanceof Refused) return { reason: error.reason, detail: error.message };
    return { reason: 'malformed', detail: oneLine(error) };
  }
}

function oneLine(error: unknown): string {
  const message = error instanceof Error ? error.message : String(error);
  const line = message.replace(/\s+/g, ' ').trim();
  return `the parser gave up: ${line.length > MAX_DETAIL ? `${line.slice(0, MAX_DETAIL)}…` : line}`;
}
