import { wordEncoder } from '@glot/testing';
import { describe, expect, it } from 'vitest';
import type { AnswerEvent } from '../answer/answer.js';
import { foldAnswer } from '../answer/ask.js';
import type { AnswerGenerator, RewriteRequest } from '../generators/answer-generator.js';
import { memoryIndex } from '../testing/memory-index.js';
import { converse } from './conversation.js';
import type { ConversationEvent, TurnEvent } from './turns.js';

/** Words that no document spells, so that a lexical search alone finds nothing for them. */
const CONCEPTS = [
  ['fridge', 'refrigerator'],
  ['weeks', 'duration'],
  ['首都', '都'],
];

const DOCUMENTS = [
  { path: 'dough.md', text: 'The dough rises for twelve hours. In the fridge it keeps three weeks.', lang: 'en' },
  { path: 'moon.md', text: 'The moon circles the earth every month. It is grey at night.', lang: 'en' },
  { path: 'ja/東京.md', text: '東京は日本の首都です。人口は約1400万人です。', lang: 'ja' },
];

async function library() {
  const encoder = wordEncoder({ concepts: CONCEPTS });
  return { encoder, index: await memoryIndex(DOCUMENTS, encoder), mode: 'lexical' as const };
}

async function turn(events: AsyncIterable<ConversationEvent>) {
  const seen: ConversationEvent[] = [];
  for await (const event of events) seen.push(event);
  const [first, ...rest] = seen;
  async function* answered() {
    yield* rest as AnswerEvent[];
  }
  return { understood: first as TurnEvent, answer: await foldAnswer(answered()) };
}

/** Quotes the first passage; makes questions stand alone by a table. */
function writing(table: Readonly<Record<string, string | null>>, requests: RewriteRequest[] = []): AnswerGenerator {
  return {
    name: 'writing',
    countTokens: (text) => text.length,
    async rewrite(request) {
      requests.push(request);
      return table[request.question] ?? null;
    },
    async *generate({ contexts }) {
      const [context] = contexts;
      const quote = context!.text.slice(0, context!.text.indexOf('.') + 1) || context!.text;
      yield {
        type: 'sentence',
        sentence: { text: `About ${context!.path}.`, score: 1, citations: [{ context: context!, quote }] },
      };
    },
  };
}

describe('converse, without a generator that writes', () => {
  it('finds what a follow-up leaves out by the last question, and quotes by its own words', async () => {
    const conversation = converse(await library());
    const first = await turn(conversation.ask('the dough rises how many hours'));
    expect(first.understood).toMatchObject({ type: 'turn', turn: 1, searchedWith: null, turnsRead: 0 });
    expect(first.answer.sentences[0]?.text).toBe('The dough rises for twelve hours.');
    const second = await turn(conversation.ask('refrigerator duration'));
    expect(second.understood).toMatchObject({
      turn: 2,
      standalone: 'refrigerator duration',
      searchedWith: 'the dough rises how many hours',
    });
    expect(second.answer.sentences.map((sentence) => sentence.text)).toEqual(['In the fridge it keeps three weeks.']);
    expect(second.answer.sentences[0]?.citations[0]).toMatchObject({ path: 'dough.md', verified: true });
    expect(second.answer.question).toBe('refrigerator duration');
  });

  it('leaves the last question where another one stands alone, and abstains where neither helps', async () => {
    const conversation = converse(await library());
    await turn(conversation.ask('the dough rises how many hours'));
    const changed = await turn(conversation.ask('日本の首都は東京'));
    expect(changed.understood.searchedWith).toBeNull();
    expect(changed.answer.sentences[0]?.citations[0]?.path).toBe('ja/東京.md');
    const unknown = await turn(conversation.ask('Quantenchromodynamik Gluonen'));
    expect(unknown.answer).toMatchObject({ abstained: true, sentences: [] });
    // The subject is still the last one that was answered.
    expect((await turn(conversation.ask('都'))).understood.searchedWith).toBe('日本の首都は東京');
  });

  it('does not look at the last question where that gives no stronger evidence', async () => {
    const conversation = converse(await library());
    await turn(conversation.ask('the dough rises how many hours'));
    const { understood, answer } = await turn(conversation.ask('grey gibberish nonsense whatever'));
    expect(answer.evidence!.score).toBeLessThan(0.5);
    expect(understood.searchedWith).toBeNull();
  });

  it('remembers turns and nothing after they were cleared', async () => {
    const conversation = converse(await library());
    await turn(conversation.ask('the dough rises how many hours'));
    expect(conversation.turns).toEqual([
      { question: 'the dough rises how many hours', sentences: ['The dough rises for twelve hours.'] },
    ]);
    conversation.clear();
    expect(conversation.turns).toEqual([]);
    const { understood, answer } = await turn(conversation.ask('refrigerator duration'));
    expect(understood).toMatchObject({ turn: 1, searchedWith: null });
    expect(answer.reason).toBe('nothing-found');
  });

  it('does not remember a turn that was interrupted, left or refused', async () => {
    const conversation = converse(await library());
    const signal = AbortSignal.abort();
    await expect(turn(conversation.ask('dough', { signal }))).rejects.toMatchObject({ name: 'AbortError' });
    await expect(turn(conversation.ask(' \u200B'))).rejects.toMatchObject({ code: 'rag.empty-question' });
    for await (const event of conversation.ask('dough rises hours')) if (event.type === 'text') break;
    expect(conversation.turns).toEqual([]);
  });
});

describe('converse, with a generator that writes', () => {
  it('answers the question that the generator made to stand alone, with citations of this turn', async () => {
    const requests: RewriteRequest[] = [];
    const generator = writing({ 'how grey is it': 'the moon is grey at night' }, requests);
    const conversation = converse({ ...(await library()), generator });
    await turn(conversation.ask('the dough rises how many hours'));
    expect(requests).toEqual([]);
    const { understood, answer } = await turn(conversation.ask('how grey is it'));
    expect(requests[0]).toMatchObject({
      question: 'how grey is it',
      turns: [{ question: 'the dough rises how many hours', sentences: ['About dough.md.'] }],
    });
    expect(understood).toMatchObject({ standalone: 'the moon is grey at night', searchedWith: null, turnsRead: 1 });
    expect(answer.sentences[0]?.citations.map(({ path }) => path)).toEqual(['moon.md']);
    expect(conversation.turns[1]?.question).toBe('how grey is it');
  });

  it('shows the newest turns that fit the budget and says how many are left out', async () => {
    const requests: RewriteRequest[] = [];
    const conversation = converse({ ...(await library()), generator: writing({}, requests), historyTokens: 60 });
    for (const question of ['dough rises twelve hours', 'moon circles the earth', 'moon grey night']) {
      await turn(conversation.ask(question));
    }
    // Each turn takes 35 to 40 of the 60.
    expect(requests.map(({ turns }) => turns.map(({ question }) => question))).toEqual([
      ['dough rises twelve hours'],
      ['moon circles the earth'],
    ]);
    const { understood } = await turn(conversation.ask('dough hours'));
    expect(understood).toMatchObject({ turn: 4, turnsRead: 1, turnsLeftOut: 2 });
  });

  it('falls back to the evidence where nothing of use was written', async () => {
    const conversation = converse({ ...(await library()), generator: writing({}) });
    await turn(conversation.ask('the dough rises how many hours'));
    const { understood } = await turn(conversation.ask('refrigerator duration'));
    expect(understood).toMatchObject({
      standalone: 'refrigerator duration',
      searchedWith: 'the dough rises how many hours',
      turnsRead: 1,
    });
  });
});
