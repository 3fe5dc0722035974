import type { Answer, AnswerEvent, AnswerSentence, AskOptions, AskSources, Citation } from './answer.js';
import { askStream } from './ask-stream.js';

/**
 * Answers a question from the index, each sentence with citations that were found in the stored text. Where the
 * documents do not hold an answer it abstains, with a reason.
 *
 * @throws GlotError `rag.empty-question`, `AbortError`, and what the encoder, the index and the generator throw
 * @example
 * const answer = await ask('Wie lange muss Sauerteig gehen?', { index, encoder });
 * if (!answer.abstained) for (const { text, citations } of answer.sentences) console.log(text, citations[0]?.path);
 */
export async function ask(question: string, options: AskSources & AskOptions): Promise<Answer> {
  return foldAnswer(askStream(question, options));
}

/** The answer that a stream of events amounts to. The stream must be whole. */
export async function foldAnswer(events: AsyncIterable<AnswerEvent>): Promise<Answer> {
  let retrieved: (AnswerEvent & { type: 'retrieved' }) | undefined;
  let packed: (AnswerEvent & { type: 'packed' }) | undefined;
  let done: (AnswerEvent & { type: 'done' }) | undefined;
  let unverified = 0;
  const sentences: (AnswerSentence & { readonly citations: Citation[] })[] = [];
  for await (const event of events) {
    if (event.type === 'retrieved') retrieved = event;
    else if (event.type === 'packed') packed = event;
    else if (event.type === 'text') sentences.push({ text: event.text, score: event.score, citations: [] });
    else if (event.type === 'citation') sentences[event.sentence]!.citations.push(event.citation);
    else if (event.type === 'verification') unverified = event.rejected.length;
    else done = event;
  }
  const { contexts, tokens, budgetTokens, dropped } = packed!.packing;
  const passages = contexts.reduce((sum, context) => sum + context.hits.length, 0);
  return {
    question: retrieved!.question,
    abstained: done!.abstained,
    reason: done!.reason,
    sentences,
    generator: done!.generator,
    context: { passages, tokens, budgetTokens, dropped, unverified },
    evidence: done!.evidence,
    usage: done!.usage,
    timings: done!.timings,
  };
}
