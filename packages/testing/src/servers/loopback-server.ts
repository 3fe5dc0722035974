import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { onTestFinished } from 'vitest';

export type Handler = (request: IncomingMessage, response: ServerResponse) => void;

export interface LoopbackServer {
  /** Without a slash at its end. */
  readonly origin: string;
  stop(): Promise<void>;
}

export async function startServer(handle: Handler): Promise<LoopbackServer> {
  const server = createServer(handle);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    origin: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    async stop() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

/** A server for the length of the test. @returns its origin */
export async function serve(handle: Handler): Promise<string> {
  const server = await startServer(handle);
  onTestFinished(() => server.stop());
  return server.origin;
}
