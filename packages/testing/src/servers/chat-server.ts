/**
 * A small OpenAI-compatible server on loopback, for tests.
 * @module
 */

import type { ServerResponse } from 'node:http';
import { type Handler, type LoopbackServer, serve, startServer } from './loopback-server.js';

export interface ChatRequest {
  readonly path: string;
  readonly authorization: string | undefined;
  readonly body: {
    readonly model: string;
    readonly stream: boolean;
    readonly messages: readonly { readonly role: string; readonly content: string }[];
  };
}

export type ChatHandler = (response: ServerResponse, request: ChatRequest) => void | Promise<void>;

/** Starts a server for the length of the test; resolves to its base address. */
export async function chatServer(handle: ChatHandler): Promise<string> {
  return `${await serve(asChat(handle))}/v1`;
}

/** The same for whoever stops it. */
export async function startChatServer(handle: ChatHandler): Promise<LoopbackServer & { readonly url: string }> {
  const server = await startServer(asChat(handle));
  return { ...server, url: `${server.origin}/v1` };
}

function asChat(handle: ChatHandler): Handler {
  return async (incoming, response) => {
    let text = '';
    for await (const chunk of incoming.setEncoding('utf8')) text += chunk;
    await handle(response, {
      path: incoming.url ?? '',
      authorization: incoming.headers.authorization,
      body: JSON.parse(text),
    });
  };
}

/** One `chat.completion.chunk` as an event. */
export function contentEvent(content: string, finishReason: string | null = null): string {
  const choice = { index: 0, delta: { content }, finish_reason: finishReason };
  return `data: ${JSON.stringify({ object: 'chat.completion.chunk', choices: [choice] })}\n\n`;
}

/** Streams a whole answer in pieces of `size` bytes, characters cut anywhere. */
export async function streamAnswer(response: ServerResponse, text: string, size = 7): Promise<void> {
  response.writeHead(200, { 'content-type': 'text/event-stream; charset=utf-8' });
  const usage = { object: 'chat.completion.chunk', choices: [], usage: { prompt_tokens: 50, completion_tokens: 9 } };
  const events = [...text].map((character) => contentEvent(character)).join('');
  const stream = `: hello\n\n${events}${contentEvent('', 'stop')}data: ${JSON.stringify(usage)}\r\n\r\ndata: [DONE]\n\n`;
  const bytes = Buffer.from(stream);
  for (let at = 0; at < bytes.length; at += size * 40) {
    response.write(bytes.subarray(at, at + size * 40));
    await new Promise((resolve) => setImmediate(resolve));
  }
  response.end();
}

/** A whole answer in one event. */
export function sendAnswer(response: ServerResponse, content: string): void {
  response.writeHead(200, { 'content-type': 'text/event-stream' });
  response.end(contentEvent(content, 'stop'));
}
