import { wordEncoder } from '@glot/testing';
import { describe, expect, it } from 'vitest';
import type { AnswerGenerator, DraftSentence, GenerationRequest } from '../generators/answer-generator.js';
import { retrieve } from '../retrieval/retrieve.js';
import { memoryIndex, type TestDocument } from '../testing/memory-index.js';
import type { AnswerEvent } from './answer.js';
import { ask } from './ask.js';
import { askStream } from './ask-stream.js';

const BREAD = [
  '# Sourdough',
  '',
  'Flour and water are mixed first. The dough rises for twelve',
  'hours at room temperature. Salt comes last.',
  '',
  '- rises twelve hours',
].join('\n');

const DOCUMENTS: TestDocument[] = [
  {
    path: 'en/bread.md',
    text: BREAD,
    lang: 'en',
    passages: [{ start: 13, end: BREAD.length, headings: ['Baking', 'Sourdough'], lines: { first: 3, last: 6 } }],
  },
  { path: 'ja/東京.md', text: '東京は日本の首都です。人口は約1400万人です。🎉', lang: 'ja' },
  { path: 'ar/قمر.txt', text: 'القمر يدور حول الأرض كل شهر. لونه رمادي في الليل.', lang: 'ar', format: 'text' },
  { path: 'th/แม่น้ำ.txt', text: 'แม่น้ำเจ้าพระยาไหลผ่านกรุงเทพมหานคร', lang: 'th', format: 'text' },
];

async function library(documents = DOCUMENTS, concepts: string[][] = []) {
  const encoder = wordEncoder({ concepts });
  return { encoder, index: await memoryIndex(documents, encoder) };
}

function drafting(write: (request: GenerationRequest) => DraftSentence[]): AnswerGenerator {
  return {
    name: 'drafting',
    async *generate(request) {
      for (const sentence of write(request)) yield { type: 'sentence', sentence };
    },
  };
}

describe('ask', () => {
  it('answers with sentences whose citations are spans of the stored text', async () => {
    const { encoder, index } = await library();
    const questions = [
      'How long: the dough rises for how many hours?',
      '日本の首都は東京ですか',
      'القمر يدور حول ماذا',
      'แม่น้ำเจ้าพระยาไหลผ่าน',
    ];
    const answers = await Promise.all(questions.map((question) => ask(question, { index, encoder, limit: 2 })));
    expect(answers.map((answer) => answer.sentences[0]?.citations[0]?.quote)).toEqual([
      'The dough rises for twelve\nhours at room temperature.',
      '東京は日本の首都です。',
      'القمر يدور حول الأرض كل شهر.',
      'แม่น้ำเจ้าพระยาไหลผ่านกรุงเทพมหานคร',
    ]);
    for (const answer of answers) {
      expect(answer).toMatchObject({ abstained: false, reason: null, generator: 'extractive' });
      for (const citation of answer.sentences.flatMap((sentence) => sentence.citations)) {
        expect((await index.get(citation.path))?.text.slice(citation.start, citation.end)).toBe(citation.quote);
        expect(citation.verified).toBe(true);
      }
    }
  });

  it('says where the quote stands: heading trail and lines of the file', async () => {
    const { encoder, index } = await library();
    const answer = await ask('dough rises twelve hours room temperature', { index, encoder });
    expect(answer.sentences[0]).toMatchObject({
      text: 'The dough rises for twelve hours at room temperature.',
      citations: [
        { path: 'en/bread.md', heading: 'Baking › Sourdough', lines: { first: 3, last: 4 }, page: null, passageId: 1 },
      ],
    });
  });

  it('does not say the same twice, in another file or another language', async () => {
    const concepts = [
      ['dough', 'Teig'],
      ['rises', 'ruht'],
      ['twelve', 'zwölf'],
      ['hours', 'Stunden'],
    ];
    const documents = [
      { path: 'en.md', text: 'Dough rises twelve hours.' },
      { path: 'copy.md', text: 'Intro words. Dough  rises\ntwelve hours. Bye now all.' },
      { path: 'de.md', text: 'Teig ruht zwölf Stunden!', lang: 'de' },
    ];
    const { encoder, index } = await library(documents, concepts);
    const answer = await ask('dough rises hours', { index, encoder });
    expect(answer.sentences).toHaveLength(1);
  });

  it('answers with what follows a question of the documents, not with the question', async () => {
    const text =
      '**How much is the monthly ferry pass?** It costs forty crowns. Dogs travel free of charge on Sundays.\n\n**And the dog?** It stays on deck.';
    const { encoder, index } = await library([{ path: 'faq.md', text, lang: 'en' }]);
    const found = await ask('how much is the monthly ferry pass', { encoder, index, maxSentences: 1 });
    expect(found.sentences.map(({ text }) => text)).toEqual(['It costs forty crowns.']);
  });

  it('quotes the passage that was found first rather than a sentence alike elsewhere', async () => {
    const { encoder, index } = await library([
      { path: 'a.md', text: 'Ferry timetable. The ferry leaves the harbour of Salt Island hourly.' },
      { path: 'b.md', text: 'Harbour pilots wait. The ferry leaves at nine.' },
    ]);
    const answer = await ask('when the ferry leaves the harbour of Salt Island', { index, encoder, maxSentences: 1 });
    expect(answer.sentences[0]?.citations[0]?.path).toBe('a.md');
  });

  it('abstains, with the reason, when nothing is found or nothing is near', async () => {
    const { encoder, index } = await library();
    expect(await ask('Quantenchromodynamik Gluonen', { index, encoder, mode: 'lexical' })).toMatchObject({
      abstained: true,
      reason: 'nothing-found',
      sentences: [],
    });
    expect(await ask('Quantenchromodynamik', { index, encoder })).toMatchObject({
      abstained: true,
      reason: 'weak-evidence',
    });
    const short = await library([{ path: 'a.md', text: '# Dough hours\n\n- dough' }]);
    expect(await ask('dough', short)).toMatchObject({ abstained: true, reason: 'nothing-quotable' });
  });

  it('never shows what a generator made up', async () => {
    const { encoder, index } = await library();
    const liar = drafting(({ contexts }) => {
      const context = contexts[0]!;
      return [
        { text: 'Invented.', score: 1, citations: [{ context, quote: 'the dough rises for ninety hours' }] },
        { text: 'Uncited.', score: 1, citations: [] },
        {
          text: 'From the heading.',
          score: 1,
          citations: [{ context: { ...context, documentId: 99 }, quote: 'hours at room temperature' }],
        },
        {
          text: 'Half true.',
          score: 1,
          citations: [
            { context, quote: 'twelve hours at room temperature' },
            { context, quote: 'on the surface of the moon' },
          ],
        },
      ];
    });
    const answer = await ask('dough rises hours', { index, encoder, generator: liar });
    expect(answer.sentences.map(({ text, citations }) => [text, citations.map((c) => c.quote)])).toEqual([
      ['Half true.', ['twelve\nhours at room temperature']],
    ]);
    expect(answer.context.unverified).toBe(4);
    const onlyLies = drafting(() => [{ text: 'Uncited.', score: 1, citations: [] }]);
    expect(await ask('dough rises hours', { index, encoder, generator: onlyLies })).toMatchObject({
      abstained: true,
      reason: 'nothing-verified',
    });
    expect(await ask('dough rises hours', { index, encoder, generator: drafting(() => []) })).toMatchObject({
      abstained: true,
      reason: 'nothing-quotable',
    });
  });

  it('refuses an empty question before anything runs', async () => {
    const { encoder, index } = await library();
    for (const question of ['', ' \n\t', '\u200B\u00AD', '\u3000']) {
      await expect(ask(question, { index, encoder })).rejects.toMatchObject({ code: 'rag.empty-question' });
    }
    expect(encoder.encoded).toEqual({ queries: [], documents: [] });
    expect((await ask('🎉', { index, encoder })).abstained).toBe(true);
  });

  it('stops when the signal fires', async () => {
    const { encoder, index } = await library();
    await expect(ask('dough', { index, encoder, signal: AbortSignal.abort() })).rejects.toMatchObject({
      name: 'AbortError',
    });
    expect(encoder.encoded.queries).toEqual([]);
  });
});

describe('askStream', () => {
  it('tells each step as it comes, ending with what it took', async () => {
    const { encoder, index } = await library();
    const events: AnswerEvent[] = [];
    for await (const event of askStream('日本の首都は東京ですか', { index, encoder })) events.push(event);
    expect(events.map((event) => event.type)).toEqual([
      'retrieved',
      'packed',
      'text',
      'citation',
      'verification',
      'done',
    ]);
    expect(events[3]).toMatchObject({ sentence: 0, citation: { quote: '東京は日本の首都です。', verified: true } });
    expect(events.at(-1)).toMatchObject({ abstained: false, generator: 'extractive' });
  });

  it('hands a sentence on before the generator has the next one', async () => {
    const { encoder, index } = await library();
    let written = 0;
    const slow: AnswerGenerator = {
      name: 'slow',
      async *generate({ contexts }) {
        const quote = 'twelve hours at room temperature';
        for (const text of ['One.', 'Two.']) {
          written++;
          yield { type: 'sentence', sentence: { text, score: 1, citations: [{ context: contexts[0]!, quote }] } };
        }
      },
    };
    const writtenAt: number[] = [];
    for await (const event of askStream('dough rises hours', { index, encoder, limit: 1, generator: slow })) {
      if (event.type === 'text') writtenAt.push(written);
    }
    // 'twelve hours' stands there with a line break: verification folds it.
    expect(writtenAt).toEqual([1, 2]);
  });

  it('ends at once when the signal fires, though the generator never answers, and lets it clean up', async () => {
    const { encoder, index } = await library();
    const controller = new AbortController();
    let ended = false;
    const stuck: AnswerGenerator = {
      name: 'stuck',
      generate: () => ({
        [Symbol.asyncIterator]: () => ({
          next: () => new Promise(() => setTimeout(() => controller.abort(), 5)),
          return: async () => {
            ended = true;
            return { done: true, value: undefined };
          },
        }),
      }),
    };
    const asking = ask('dough rises hours', { index, encoder, generator: stuck, signal: controller.signal });
    await expect(asking).rejects.toMatchObject({ name: 'AbortError' });
    expect(ended).toBe(true);
  });

  it('stops the generator when the reader stops', async () => {
    const { encoder, index } = await library();
    let ended = false;
    const endless: AnswerGenerator = {
      name: 'endless',
      async *generate({ contexts }) {
        try {
          for (;;) {
            const citations = [{ context: contexts[0]!, quote: 'twelve hours at room temperature' }];
            yield { type: 'sentence', sentence: { text: 'Again.', score: 1, citations } };
          }
        } finally {
          ended = true;
        }
      },
    };
    const { signal } = new AbortController();
    for await (const event of askStream('dough hours', { index, encoder, limit: 1, generator: endless, signal })) {
      if (event.type === 'text') break;
    }
    expect(ended).toBe(true);
  });
});

describe('retrieve', () => {
  it('encodes the query once, and not at all in lexical mode', async () => {
    const { encoder, index } = await library();
    const semantic = await retrieve('  東京の人口 ', { index, encoder, mode: 'semantic', limit: 1 });
    expect(semantic.map((hit) => hit.path)).toEqual(['ja/東京.md']);
    expect(encoder.encoded.queries).toEqual(['東京の人口']);
    const never = () => Promise.reject(new Error('not needed'));
    const lexical = await retrieve('القمر', { index, encoder: never, mode: 'lexical' });
    expect(lexical.map((hit) => hit.path)).toEqual(['ar/قمر.txt']);
  });

  it('loads the encoder only when it is needed', async () => {
    const { encoder, index } = await library();
    expect(await retrieve('dough', { index, encoder: async () => encoder, limit: 1 })).toHaveLength(1);
  });
});
