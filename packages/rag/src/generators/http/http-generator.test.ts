import { type ChatHandler, type ChatRequest, chatServer, contentEvent, streamAnswer, wordEncoder } from '@glot/testing';
import { describe, expect, it } from 'vitest';
import { ask } from '../../answer/ask.js';
import { askStream } from '../../answer/ask-stream.js';
import { memoryIndex } from '../../testing/memory-index.js';
import { generatorCases } from '../generator.cases.js';
import { type HttpGeneratorOptions, httpGenerator } from './http-generator.js';

const DOCUMENTS = [
  { path: 'ja/東京.md', text: '東京は日本の首都です。人口は約1400万人です。🎉', lang: 'ja' },
  { path: 'ar/قمر.txt', text: 'القمر يدور حول الأرض كل شهر.', lang: 'ar', format: 'text' },
];

async function asked(handle: ChatHandler, question = '日本の首都は', options: Partial<HttpGeneratorOptions> = {}) {
  const encoder = wordEncoder();
  const index = await memoryIndex(DOCUMENTS, encoder);
  const url = await chatServer(handle);
  return { index, encoder, question, generator: httpGenerator({ url, model: 'lfm2', ...options }) };
}

generatorCases('a server', async (reply) => {
  const url = await chatServer((response) => streamAnswer(response, reply));
  return httpGenerator({ url, model: 'lfm2' });
});

describe('httpGenerator', () => {
  it('streams an answer whose quotes are verified, and sends passages as fenced data with numbers', async () => {
    const requests: ChatRequest[] = [];
    const { question, ...options } = await asked(
      async (response, request) => {
        requests.push(request);
        await streamAnswer(
          response,
          '首都は東京です。[1] "東京は日本の首都です"\nA second. [1] "人口は約1400万人です。"',
        );
      },
      '日本の首都は東京ですか',
      { apiKey: 'secret' },
    );
    const answer = await ask(question, options);
    expect(answer.sentences.map(({ text, citations }) => [text, citations[0]?.quote])).toEqual([
      ['首都は東京です。', '東京は日本の首都です'],
      ['A second.', '人口は約1400万人です。'],
    ]);
    expect(answer.usage).toMatchObject({ promptTokens: 50, generatedTokens: 9 });
    expect(answer.usage.firstTokenMs).toBeGreaterThan(0);
    expect(answer.generator).toMatch(/^lfm2 \(127\.0\.0\.1:/);
    const [request] = requests;
    expect(request).toMatchObject({ path: '/v1/chat/completions', authorization: 'Bearer secret' });
    expect(request!.body).toMatchObject({ model: 'lfm2', stream: true });
    expect(request!.body.messages[0]!.content).toContain('日本語で');
    expect(request!.body.messages[1]!.content).toContain(
      '<passage id="1" source="ja/東京.md">\n東京は日本の首都です。人口は約1400万人です。🎉\n</passage>',
    );
  });

  it('drops invented quotes, unknown numbers, bare numbers and sentences without citation, and says so', async () => {
    const text = [
      'Invented. [1] "東京は世界の首都です"',
      'Unknown. [9] "東京は日本の首都です"',
      'Bare. [1]',
      'Alone.',
      'True. [9] "x" [1] "人口は約1400万人です" [1] "無い無い無い文"',
    ].join('\n');
    const { question, ...options } = await asked((response) => streamAnswer(response, text));
    let rejected: readonly { reason: string }[] = [];
    const shown: string[] = [];
    for await (const event of askStream(question, { ...options, maxSentences: 9 })) {
      if (event.type === 'text') shown.push(event.text);
      if (event.type === 'verification') rejected = event.rejected;
    }
    expect(shown).toEqual(['True.']);
    expect(rejected.map((claim) => claim.reason)).toEqual([
      'not-found',
      'unknown-passage',
      'too-short',
      'uncited',
      'unknown-passage',
      'not-found',
    ]);
  });

  it('abstains when the model refuses', async () => {
    const { question, ...options } = await asked((response) => streamAnswer(response, 'NO_ANSWER'));
    expect(await ask(question, options)).toMatchObject({ abstained: true, reason: 'declined', sentences: [] });
  });

  it('takes a whole answer from a server that does not stream', async () => {
    const { question, ...options } = await asked((response) => {
      const content = 'القمر يدور. [1] "القمر يدور حول الأرض"';
      response.writeHead(200, { 'content-type': 'application/json' });
      response.end(JSON.stringify({ choices: [{ message: { content }, finish_reason: 'stop' }] }));
    }, 'القمر يدور حول ماذا');
    expect((await ask(question, { ...options, limit: 1 })).sentences[0]?.text).toBe('القمر يدور.');
  });

  it('tells errors, cut connections, silence and nonsense apart, without the key', async () => {
    const cases: [string, ChatHandler][] = [
      [
        'rag.generator-status',
        (response) => {
          response.writeHead(503, { 'content-type': 'application/json' });
          response.end('{"error":{"message":"model\\nis loading"}}');
        },
      ],
      [
        'rag.generator-unreachable',
        (response) => void response.writeHead(307, { location: 'http://127.0.0.1:1/' }).end(),
      ],
      [
        'rag.generator-cut',
        (response) => {
          response.writeHead(200, { 'content-type': 'text/event-stream' });
          response.write(contentEvent('Half'), () => response.destroy());
        },
      ],
      [
        'rag.generator-cut',
        (response) => void response.writeHead(200, { 'content-type': 'text/event-stream' }).end(contentEvent('Half')),
      ],
      [
        'rag.generator-status',
        (response) =>
          void response
            .writeHead(200, { 'content-type': 'text/event-stream' })
            .end('data: {"error":{"message":"out of memory"}}\n\n'),
      ],
      [
        'rag.generator-protocol',
        (response) =>
          void response.writeHead(200, { 'content-type': 'text/event-stream' }).end('data: {"choices":7}\n\n'),
      ],
      ['rag.generator-timeout', () => {}],
      [
        'rag.generator-timeout',
        (response) => {
          response.writeHead(200, { 'content-type': 'text/event-stream' });
          response.write(contentEvent('Half'));
        },
      ],
    ];
    for (const [code, handle] of cases) {
      // Short only where it is waited for: a busy machine may be silent for as long.
      const timeoutMs = code === 'rag.generator-timeout' ? 200 : 30_000;
      const { question, ...options } = await asked(handle, undefined, { timeoutMs, apiKey: 'secret' });
      const error: unknown = await ask(question, options).catch((reason) => reason);
      expect(error).toMatchObject({ code });
      expect(String(error)).not.toContain('secret');
    }
    const gone = httpGenerator({ url: 'http://127.0.0.1:1/v1', model: 'm' });
    const { question, ...options } = await asked(() => {});
    await expect(ask(question, { ...options, generator: gone })).rejects.toMatchObject({
      code: 'rag.generator-unreachable',
    });
  });

  it('does not take a slow reader for a silent server', async () => {
    const { question, ...options } = await asked(
      (response) => {
        response.writeHead(200, { 'content-type': 'text/event-stream' });
        response.write(contentEvent('First. [1] "東京は日本の首都です"\n'));
        // Comes while the reader is busy.
        setTimeout(() => response.end(contentEvent('Then. [1] "人口は約1400万人です。"', 'stop')), 50);
      },
      undefined,
      { timeoutMs: 2000 },
    );
    const shown: string[] = [];
    for await (const event of askStream(question, options)) {
      if (event.type !== 'text') continue;
      shown.push(event.text);
      if (shown.length === 1) await new Promise((resolve) => setTimeout(resolve, 3000));
    }
    expect(shown).toEqual(['First.', 'Then.']);
  });

  it('ends at once when the signal fires, and hangs up', async () => {
    const controller = new AbortController();
    let hungUp: () => void = () => {};
    const closed = new Promise<void>((resolve) => {
      hungUp = resolve;
    });
    const { question, ...options } = await asked((response) => {
      response.on('close', () => hungUp());
      response.writeHead(200, { 'content-type': 'text/event-stream' });
      response.write(contentEvent('Half'), () => controller.abort());
    });
    await expect(ask(question, { ...options, signal: controller.signal })).rejects.toMatchObject({
      name: 'AbortError',
    });
    await closed;
  });

  it('refuses addresses it must not use', () => {
    for (const url of ['', 'localhost:8080', 'file:///etc/passwd', 'http://user:pass@host/v1']) {
      expect(() => httpGenerator({ url, model: 'm' })).toThrowError(
        expect.objectContaining({ code: 'rag.generator-url' }),
      );
    }
  });
});
