import { abortableFetch, GlotError, throwIfAborted } from '@glot/errors';
import * as z from 'zod';
import { answerPrompt } from '../../prompting/answer-prompt.js';
import { CitedText } from '../../prompting/cited-text.js';
import { REWRITE_TOKENS, rewritePrompt, rewrittenQuestion } from '../../prompting/rewrite-prompt.js';
import type { AnswerGenerator, DraftEvent, GenerationRequest, RewriteRequest } from '../answer-generator.js';
import { eventData } from './event-stream.js';

export interface HttpGeneratorOptions {
  /** Of an OpenAI-compatible server: `http://localhost:8080/v1`, or the whole address of its chat completions. */
  readonly url: string;
  /** The model's name as the server knows it. */
  readonly model: string;
  /** Sent as a bearer token, to this server only; never part of a message. */
  readonly apiKey?: string | undefined;
  /** Longest silence of the server; default 60 000. */
  readonly timeoutMs?: number | undefined;
  /** Default 512. */
  readonly maxTokens?: number | undefined;
}

const DEFAULT_TIMEOUT_MS = 60_000;
const DEFAULT_MAX_TOKENS = 512;
const MAX_EVENT_LENGTH = 1 << 20;
const MAX_ERROR_LENGTH = 300;

const USAGE = z.object({ prompt_tokens: z.number(), completion_tokens: z.number() }).partial().nullish();
const CHUNK = z.object({
  choices: z
    .array(
      z.object({
        delta: z.object({ content: z.string().nullish() }).nullish(),
        message: z.object({ content: z.string().nullish() }).nullish(),
        finish_reason: z.string().nullish(),
      }),
    )
    .default([]),
  usage: USAGE,
  error: z.union([z.string(), z.object({ message: z.string() }).transform((error) => error.message)]).nullish(),
});

/**
 * Answers by a language model behind an OpenAI-compatible endpoint, streaming. What it writes is checked like any other
 * generator's claims; documents reach the server as fenced data.
 *
 * @throws GlotError `rag.generator-url`; while it runs `rag.generator-unreachable`, `rag.generator-status`,
 *   `rag.generator-cut`, `rag.generator-timeout`, `rag.generator-protocol`, `AbortError`
 */
export function httpGenerator(options: HttpGeneratorOptions): AnswerGenerator {
  const address = completionsAddress(options.url);
  return {
    name: `${options.model} (${address.host})`,
    generate: (request) => answer(request, options, address),
    rewrite: (request) => rewrite(request, options, address),
  };
}

async function rewrite(
  { question, turns, signal }: RewriteRequest,
  options: HttpGeneratorOptions,
  address: URL,
): Promise<string | null> {
  const body = {
    model: options.model,
    messages: rewritePrompt(question, turns).messages,
    stream: true,
    temperature: 0,
    max_tokens: REWRITE_TOKENS,
  };
  let written = '';
  for await (const { choices } of completionChunks(address, body, options, signal)) {
    for (const { delta, message } of choices) written += delta?.content ?? message?.content ?? '';
  }
  return rewrittenQuestion(written);
}

async function* answer(
  request: GenerationRequest,
  options: HttpGeneratorOptions,
  address: URL,
): AsyncGenerator<DraftEvent, void, void> {
  const started = performance.now();
  const prompt = answerPrompt(request.question, request.contexts);
  const body = {
    model: options.model,
    messages: prompt.messages,
    stream: true,
    stream_options: { include_usage: true },
    temperature: 0,
    max_tokens: options.maxTokens ?? DEFAULT_MAX_TOKENS,
  };
  const text = new CitedText(prompt.contexts);
  let firstTokenMs: number | null = null;
  let usage: z.infer<typeof USAGE>;
  for await (const chunk of completionChunks(address, body, options, request.signal)) {
    usage = chunk.usage ?? usage;
    for (const { delta, message } of chunk.choices) {
      const content = delta?.content ?? message?.content ?? '';
      if (content === '') continue;
      firstTokenMs ??= performance.now() - started;
      yield* text.add(content);
    }
  }
  yield {
    type: 'usage',
    usage: {
      promptTokens: usage?.prompt_tokens ?? null,
      generatedTokens: usage?.completion_tokens ?? null,
      cachedTokens: null,
      firstTokenMs,
    },
  };
  yield* text.finish();
}

type FailureCode = `rag.generator-${'status' | 'unreachable' | 'cut' | 'protocol'}`;

async function* completionChunks(
  address: URL,
  body: object,
  { apiKey, timeoutMs = DEFAULT_TIMEOUT_MS }: HttpGeneratorOptions,
  signal: AbortSignal | undefined,
): AsyncGenerator<z.infer<typeof CHUNK>, void, void> {
  const silence = new AbortController();
  // Runs while the server is waited for, and not while the reader is busy with what came.
  let timer: NodeJS.Timeout | undefined;
  const heard = () => clearTimeout(timer);
  const listen = () => {
    heard();
    timer = setTimeout(() => silence.abort(), timeoutMs);
  };
  const failure = (code: FailureCode, message: string, cause?: unknown): GlotError => {
    throwIfAborted(signal);
    const where = `${address.origin}${address.pathname}`;
    return silence.signal.aborted
      ? new GlotError('rag.generator-timeout', `${where} was silent for ${timeoutMs} ms`, { cause })
      : new GlotError(code, `${where} ${message}`, { cause, details: { url: where } });
  };
  try {
    listen();
    const response = await abortableFetch(
      address,
      {
        method: 'POST',
        // A redirect would carry documents and key to another place.
        redirect: 'error',
        headers: {
          'content-type': 'application/json',
          accept: 'text/event-stream, application/json',
          ...(apiKey !== undefined && { authorization: `Bearer ${apiKey}` }),
        },
        body: JSON.stringify(body),
      },
      signal === undefined ? [silence.signal] : [signal, silence.signal],
    ).catch((cause: unknown) => {
      throw failure('rag.generator-unreachable', 'cannot be reached; is the server running?', cause);
    });
    listen();
    if (!response.ok) {
      const said = errorMessage(await response.text().catch(() => ''));
      throw failure('rag.generator-status', `answered ${response.status}${said === '' ? '' : `: ${said}`}`);
    }
    const parse = (data: string): z.infer<typeof CHUNK> => {
      const chunk = CHUNK.safeParse(jsonOrNull(data));
      if (!chunk.success) throw failure('rag.generator-protocol', 'sent what is no chat completion', chunk.error);
      if (chunk.data.error != null) throw failure('rag.generator-status', `failed: ${chunk.data.error}`);
      return chunk.data;
    };
    const cut = (cause?: unknown) =>
      failure('rag.generator-cut', 'ended the connection before the answer was complete', cause);
    if (!/^text\/event-stream\b/iu.test(response.headers.get('content-type') ?? '')) {
      const whole = await response.text().catch((cause: unknown) => {
        throw cut(cause);
      });
      heard();
      yield parse(whole);
      return;
    }
    let complete = false;
    try {
      for await (const data of eventData(heardChunks(response.body!, listen, heard), MAX_EVENT_LENGTH)) {
        if (data.trim() === '[DONE]') return;
        const chunk = parse(data);
        complete ||= chunk.choices.some((choice) => choice.finish_reason != null);
        yield chunk;
      }
    } catch (error) {
      if (error instanceof GlotError) throw error;
      if (error instanceof RangeError) throw failure('rag.generator-protocol', `sent ${error.message}`, error);
      throw cut(error);
    }
    if (!complete) throw cut();
  } finally {
    heard();
    // Where the reader stopped early, the server is told.
    silence.abort();
  }
}

async function* heardChunks(
  body: AsyncIterable<Uint8Array>,
  listen: () => void,
  heard: () => void,
): AsyncGenerator<Uint8Array, void, void> {
  for await (const chunk of body) {
    heard();
    yield chunk;
    listen();
  }
}

function completionsAddress(url: string): URL {
  const address = URL.canParse(url) ? new URL(url) : null;
  if (address === null || !/^https?:$/u.test(address.protocol) || address.username !== '' || address.password !== '') {
    throw new GlotError(
      'rag.generator-url',
      'the generator needs an http or https address without a password, such as http://localhost:8080/v1',
    );
  }
  if (!address.pathname.endsWith('/chat/completions')) {
    address.pathname = `${address.pathname.replace(/\/+$/u, '')}/chat/completions`;
  }
  return address;
}

function errorMessage(body: string): string {
  const parsed = CHUNK.safeParse(jsonOrNull(body));
  const message = (parsed.success ? parsed.data.error : null) ?? body;
  return message
    .replace(/[\p{Cc}\s]+/gu, ' ')
    .trim()
    .slice(0, MAX_ERROR_LENGTH);
}

function jsonOrNull(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
