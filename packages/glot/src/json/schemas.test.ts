import type { ConversationEvent } from '@glot/rag';
import { expect, it } from 'vitest';
import { answerJson } from './answer-json.js';
import { claimedAnswer } from './claimed-answer.js';
import { eventJson } from './event-json.js';
import { hitJson } from './hit-json.js';
import { answerSchema, conversationEventSchema, eventSchema, hitSchema } from './schemas.js';

const citation = {
  path: 'ja/東京.md',
  documentId: 1,
  passageId: 'p-2',
  start: 3,
  end: 14,
  page: null,
  place: { kind: 'chapter' as const, label: '第一章' },
  lines: { first: 1, last: 2 },
  heading: null,
  quote: '東京は日本の首都です。',
  verified: true as const,
};

it('reads an answer as it is written', () => {
  const sentences = [{ text: '東京は日本の首都です。', score: 0.5, citations: [citation] }];
  const answer = { question: '首都は？', abstained: false, reason: null, sentences };
  const written = JSON.parse(JSON.stringify(answerJson(answer as never, (path) => `docs/${path}`)));
  expect(answerSchema.strict().parse(written)).toEqual(written);
  expect(claimedAnswer(written).answer[0]?.citations[0]).toMatchObject({ path: 'docs/ja/東京.md', start: 3, end: 14 });
});

it('reads a hit as it is written', () => {
  const hit = {
    ...{
      rank: 1,
      score: 0.4,
      passageId: 7,
      documentId: 2,
      path: 'a.md',
      title: 'Brücke',
      text: 'جسر',
      start: 0,
      end: 3,
    },
    ...{ headings: ['Brücke'], page: null, places: [{ kind: 'slide' as const, label: '2', start: 0 }], lines: null },
    ...{ lang: 'ar', parts: { base: -2, semantic: 1.5, lexical: 0 }, components: { semantic: 0.4, lexical: null } },
  };
  const written = JSON.parse(JSON.stringify(hitJson(hit, { path: 'docs/a.md', page: 2, heading: 'Brücke' })));
  expect(hitSchema.strict().parse(written)).toEqual(written);
});

it('says which place of a foreign JSON is wrong', () => {
  const misshapen = { answer: [{ text: 't', citations: [{ path: 7, quote: '' }] }] };
  expect(() => claimedAnswer(misshapen)).toThrowError(
    expect.objectContaining({ code: 'rag.answer-shape', details: { place: 'answer.0.citations.0.path' } }),
  );
  for (const foreign of [null, [], 'x', {}]) expect(() => claimedAnswer(foreign)).toThrow('not an answer');
});

const PLACE = { passageId: 'p-2', path: 'ja/東京.md', start: 3, end: 14 };
const EVENTS = [
  {
    ...{ type: 'turn', turn: 2, question: 'そして？', standalone: '首都は？', searchedWith: null },
    ...{ turnsRead: 1, turnsLeftOut: 0, rewriteMs: 3.5 },
  },
  { type: 'retrieved', question: '首都は？', hits: [{ ...PLACE, rank: 1, score: 0.4 }], encodeMs: 1, searchMs: 2 },
  {
    type: 'packed',
    packing: {
      contexts: [{ ...PLACE, tokens: 12, hits: [PLACE] }],
      dropped: [{ passageId: 7, path: 'a.md', reason: 'crowded', tokens: 40 }],
      tokens: 12,
      budgetTokens: 2048,
    },
    packMs: 0.1,
  },
  { type: 'text', sentence: 0, text: '東京です。', score: 0.9 },
  { type: 'citation', sentence: 0, citation },
  { type: 'verification', verified: 1, rejected: [{ path: null, quote: 'قمر', reason: 'uncited' }] },
  {
    type: 'done',
    abstained: true,
    reason: 'weak-evidence',
    generator: 'extractive',
    evidence: { score: 0.1, threshold: 0.3, features: { context: 0.2, margin: null } },
    timings: {
      ...{ encodeMs: 1, searchMs: 2, packMs: 3, firstSentenceMs: null },
      ...{ generateMs: 4, verifyMs: 0, totalMs: 10 },
    },
    usage: { promptTokens: null, generatedTokens: 3, cachedTokens: 0, firstTokenMs: null },
  },
] as unknown as ConversationEvent[];

it.each(EVENTS.map((event) => [event.type, event] as const))(
  'reads a line of event %s as it is written',
  (type, event) => {
    const written = JSON.parse(JSON.stringify(eventJson(event, (path) => `docs/${path}`)));
    expect(conversationEventSchema.parse(written)).toEqual(written);
    expect(eventSchema.safeParse(written).success).toBe(type !== 'turn');
    const ofTurn = { turn: 2, ...written };
    expect(conversationEventSchema.parse(ofTurn)).toEqual(ofTurn);
    expect(JSON.stringify(written)).not.toContain('"ja/東京.md"');
  },
);
