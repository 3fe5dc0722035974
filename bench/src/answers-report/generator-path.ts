/**
 * The whole path from question to checked answer, with a decoder of random weights in the 350M shape.
 * @module
 */

import type { Encoder } from '@glot/encoder';
import { type AnswerDataset, loadAnswerDataset, passageText, textDocument } from '@glot/eval';
import { createMemoryIndex, type MultivectorIndex } from '@glot/index';
import { sliceTexts } from '@glot/kernels';
import type { TextGenerator, TokenConstraint } from '@glot/lfm2';
import { ask, localGenerator, type TextModel } from '@glot/rag';
import { foldText } from '@glot/text';
import { stopwatch } from '../kernels/stopwatch.js';
import { median } from '../quantiles.js';
import type { RandomChatModel } from './random-chat-model.js';

export interface GeneratorFigures {
  readonly vocabulary: number;
  readonly threads: number;
  readonly loadMs: number;
  /** The same prompts by the decoder alone, in turn; medians and their ratios (path / decoder). */
  readonly speed: {
    readonly runs: number;
    readonly promptTokens: number;
    readonly firstTokenMs: { readonly path: number; readonly decoder: number; readonly ratio: number };
    readonly tokensPerSecond: { readonly path: number; readonly decoder: number; readonly ratio: number };
    /** Time that the process spent on processors, which other work on the machine does not stretch. */
    readonly firstTokenProcessorMs: { readonly path: number; readonly decoder: number; readonly ratio: number };
    readonly tokenProcessorMs: { readonly path: number; readonly decoder: number; readonly ratio: number };
    /** Of a further question whose instructions were read before. */
    readonly firstTokenCachedMs: number;
    readonly cachedTokens: number;
  };
  readonly quotes: {
    readonly questions: number;
    readonly questionsWithQuotes: number;
    readonly questionsAllVerbatim: number;
    readonly quotes: number;
    readonly verbatim: number;
    /** Shown, that is: found by verification in the passage whose number stood before the quote. */
    readonly shown: number;
    /** Time of the automaton (and of reading sentences) as a share of the whole time between tokens. */
    readonly constraintShare: number;
    readonly constraintMsPerToken: number;
    readonly constraintMsWorst: number;
    readonly decodeMsPerToken: number;
  };
  readonly peakResidentBytes: number;
}

type State = Awaited<ReturnType<TextGenerator['prefill']>>;

const DECODED = 48;

interface Timed {
  readonly promptTokens: number;
  readonly firstTokenMs: number;
  readonly tokensPerSecond: number;
  readonly firstTokenProcessorMs: number;
  readonly tokenProcessorMs: number;
}

/** @param folder a BEIR folder; its questions are asked */
export async function measureGenerator(
  model: RandomChatModel,
  options: {
    readonly encoder: Encoder;
    readonly folder: string;
    readonly threads: number;
    readonly loadMs: number;
    readonly runs: number;
    readonly questions: number;
    /** What is not measured (no runs, no questions) stays as it was. */
    readonly earlier: GeneratorFigures | undefined;
    readonly log: (text: string) => void;
  },
): Promise<GeneratorFigures> {
  const { encoder, log } = options;
  const dataset = await loadAnswerDataset(options.folder, { sample: Math.max(options.questions, options.runs + 2) });
  const index = await indexOf(dataset, encoder);
  const { earlier } = options;
  const speed = earlier && options.runs === 0 ? earlier.speed : await measureSpeed(model, dataset, index, options);
  log(JSON.stringify(speed));
  const quotes =
    earlier && options.questions === 0 ? earlier.quotes : await measureQuotes(model, dataset, index, options);
  await index.close();
  return {
    vocabulary: model.vocabulary,
    threads: options.threads,
    loadMs: options.loadMs,
    speed,
    quotes,
    peakResidentBytes: Math.max(process.resourceUsage().maxRSS * 1024, earlier?.peakResidentBytes ?? 0),
  };
}

async function measureSpeed(
  { generator, tokenizer }: RandomChatModel,
  { questions }: AnswerDataset,
  index: MultivectorIndex,
  { encoder, runs, log }: { readonly encoder: Encoder; readonly runs: number; readonly log: (text: string) => void },
): Promise<GeneratorFigures['speed']> {
  const prompts: number[][] = [];
  let marks: number[] = [];
  let processor: number[] = [];
  let spent = stopwatch('processor');
  marks.push(0);
  /** Nothing is kept between questions, so that each reads its whole prompt, as the decoder alone does. */
  const forgetful: TextModel<State> = {
    tokenizer: generator.tokenizer,
    promptIds(messages) {
      // The first thing that is done for an answer, once for its prompt and once for how it begins.
      if (marks.length > 0) {
        marks = [];
        processor = [];
        spent = stopwatch('processor');
      }
      return generator.promptIds(messages);
    },
    async *generate(ids, generateOptions) {
      prompts.push([...ids]);
      for await (const token of generator.generate(ids, generateOptions)) {
        marks.push(performance.now());
        processor.push(spent());
        yield token;
      }
    },
  };
  const options = { name: 'random', tokenizer, maxTokens: DECODED };
  const path = localGenerator(forgetful, options);
  const keeping = localGenerator(asTextModel(generator), options);
  const viaPath: Timed[] = [];
  const viaDecoder: Timed[] = [];
  const cached: { readonly firstTokenMs: number; readonly tokens: number }[] = [];
  // The first round warms up and is not counted.
  for (let round = 0; round <= runs; round++) {
    const { text } = questions[round % questions.length]!;
    const base = { index, encoder, minEvidence: 0 } as const;
    const first = await ask(text, { ...base, generator: path });
    const tokensPerSecond = (1000 * (marks.length - 1)) / (marks.at(-1)! - marks[0]!);
    const timed: Timed = {
      promptTokens: first.usage.promptTokens!,
      firstTokenMs: first.usage.firstTokenMs!,
      tokensPerSecond,
      firstTokenProcessorMs: processor[0]!,
      tokenProcessorMs: (processor.at(-1)! - processor[0]!) / (processor.length - 1),
    };
    const alone = await decodeAlone(generator, prompts.at(-1)!);
    const kept = await ask(text, { ...base, generator: keeping });
    log(`round ${round}: path ${line(timed)}; decoder ${line(alone)}; kept ${kept.usage.firstTokenMs?.toFixed(0)} ms`);
    if (round === 0) continue;
    viaPath.push(timed);
    viaDecoder.push(alone);
    cached.push({ firstTokenMs: kept.usage.firstTokenMs!, tokens: kept.usage.cachedTokens! });
  }
  const compare = (key: Exclude<keyof Timed, 'promptTokens'>) => {
    const [mine, theirs] = [median(viaPath.map((run) => run[key])), median(viaDecoder.map((run) => run[key]))];
    return { path: mine, decoder: theirs, ratio: mine / theirs };
  };
  return {
    runs,
    promptTokens: median(viaPath.map((run) => run.promptTokens)),
    firstTokenMs: compare('firstTokenMs'),
    tokensPerSecond: compare('tokensPerSecond'),
    firstTokenProcessorMs: compare('firstTokenProcessorMs'),
    tokenProcessorMs: compare('tokenProcessorMs'),
    firstTokenCachedMs: median(cached.map((run) => run.firstTokenMs)),
    cachedTokens: median(cached.map((run) => run.tokens)),
  };
}

/** As the decoder's own benchmark counts: the prompt, then single steps by the likeliest token. */
async function decodeAlone({ decoder }: TextGenerator, ids: readonly number[]): Promise<Timed> {
  const state = decoder.start();
  const began = performance.now();
  const spent = stopwatch('processor');
  let logits = await decoder.forward(state, ids);
  let id = largest(logits);
  const firstTokenMs = performance.now() - began;
  const firstTokenProcessorMs = spent();
  const writing = performance.now();
  for (let i = 1; i < DECODED; i++) {
    logits = await decoder.forward(state, [id]);
    id = largest(logits);
  }
  return {
    promptTokens: ids.length,
    firstTokenMs,
    tokensPerSecond: (1000 * (DECODED - 1)) / (performance.now() - writing),
    firstTokenProcessorMs,
    tokenProcessorMs: (spent() - firstTokenProcessorMs) / (DECODED - 1),
  };
}

/** Everything may follow. */
const FREE: TokenConstraint = { mask: () => {}, accept: () => {}, fork: () => FREE, forced: () => [] };

async function measureQuotes(
  { generator, tokenizer }: RandomChatModel,
  { questions }: AnswerDataset,
  index: MultivectorIndex,
  options: { readonly encoder: Encoder; readonly questions: number; readonly log: (text: string) => void },
): Promise<GeneratorFigures['quotes']> {
  const opening = generator.tokenizer.encodeBare('A sentence. [1] "');
  const closing = new Set(
    ['"', '"\n', '".', '",'].map((mark) => generator.tokenizer.idOf(mark)).filter((id) => id !== null),
  );
  let seed = 0;
  let written = '';
  let constraintMs: number[] = [];
  let stepMs: number[] = [];
  /** Random weights write no citations by themselves: the words before a quote are put in, the quote is theirs. */
  const citing: TextModel<State> = {
    ...asTextModel(generator),
    async *generate(ids, { constraint, ...rest }) {
      let forced = 0;
      let last = performance.now();
      const timed = (of: TokenConstraint): TokenConstraint => ({
        mask(logits) {
          if (forced < opening.length) logits[opening[forced++]!] = 1e4;
          else for (const id of closing) logits[id]! += 1.5;
          const began = performance.now();
          of.mask(logits);
          constraintMs.push(performance.now() - began);
        },
        accept(id) {
          const began = performance.now();
          of.accept(id);
          constraintMs[constraintMs.length - 1]! += performance.now() - began;
        },
        fork: () => timed(of.fork()),
        forced: () => of.forced(),
      });
      const held = { ...rest, constraint: timed(constraint ?? FREE), temperature: 1, seed: ++seed };
      written = '';
      for await (const token of generator.generate(ids, held)) {
        stepMs.push(performance.now() - last);
        written += token.text;
        const quotes = written.split('"');
        if (forced >= opening.length && quotes.length % 2 === 1) {
          forced = 0;
          if (quotes.length > 6) {
            yield token;
            return;
          }
        }
        // Whoever reads takes note of the token meanwhile: the sentences' reader.
        const given = performance.now();
        yield token;
        last = performance.now();
        stepMs[stepMs.length - 1]! += last - given;
      }
    },
  };
  const held = localGenerator(citing, { name: 'random', tokenizer, maxTokens: 256 });
  const totals = { withQuotes: 0, allVerbatim: 0, quotes: 0, verbatim: 0, shown: 0 };
  const perToken: number[] = [];
  const shares: number[] = [];
  let worst = 0;
  for (const [i, { text }] of questions.slice(0, options.questions).entries()) {
    constraintMs = [];
    stepMs = [];
    let passages: string[] = [];
    const answer = await ask(text, {
      ...{
        index,
        encoder: options.encoder,
        minEvidence: 0,
        budgetTokens: 512,
        generator: watching(held, (texts) => {
          passages = texts;
        }),
      },
    });
    // What stands between marks; a quote still open at the end of the text is none.
    const quotes = written.split('"').filter((_, part, parts) => part % 2 === 1 && part + 1 < parts.length);
    const verbatim = quotes.filter((quote) =>
      passages.some((passage) => foldText(passage).text.includes(foldText(quote).text)),
    );
    totals.quotes += quotes.length;
    totals.verbatim += verbatim.length;
    totals.withQuotes += quotes.length > 0 ? 1 : 0;
    totals.allVerbatim += quotes.length > 0 && quotes.length === verbatim.length ? 1 : 0;
    totals.shown += answer.sentences.reduce((sum, sentence) => sum + sentence.citations.length, 0);
    perToken.push(...stepMs.slice(1));
    worst = Math.max(worst, ...constraintMs);
    shares.push(sum(constraintMs.slice(1)) / Math.max(1e-9, sum(stepMs.slice(1))));
    if (i % 10 === 0)
      options.log(
        `question ${i}: ${quotes.length} quotes, ${verbatim.length} verbatim, constraint ${(100 * shares.at(-1)!).toFixed(1)} %`,
      );
  }
  return {
    questions: Math.min(options.questions, questions.length),
    questionsWithQuotes: totals.withQuotes,
    questionsAllVerbatim: totals.allVerbatim,
    quotes: totals.quotes,
    verbatim: totals.verbatim,
    shown: totals.shown,
    constraintShare: median(shares),
    constraintMsPerToken: median(shares) * median(perToken),
    constraintMsWorst: worst,
    decodeMsPerToken: median(perToken),
  };
}

/** The same generator, telling which passages it was given. */
function watching(generator: ReturnType<typeof localGenerator>, tell: (texts: string[]) => void) {
  return {
    ...generator,
    generate(request: Parameters<typeof generator.generate>[0]) {
      tell(request.contexts.map((context) => context.text));
      return generator.generate(request);
    },
  };
}

function asTextModel(generator: TextGenerator): TextModel<State> {
  return {
    tokenizer: generator.tokenizer,
    promptIds: (messages) => generator.promptIds(messages),
    prefill: (ids, from, signal) => generator.prefill(ids, from, signal),
    generate: (ids, options) => generator.generate(ids, options),
  };
}

async function indexOf(dataset: AnswerDataset, encoder: Encoder): Promise<MultivectorIndex> {
  const { name, fingerprint, dim } = encoder;
  const index = createMemoryIndex({ encoder: { name, fingerprint, dim } });
  const texts = dataset.passages.map(passageText);
  const vectors = await encoder.encodeDocuments(texts);
  for (const [i, { id }] of dataset.passages.entries()) {
    const text = texts[i]!;
    await index.upsert(textDocument({ path: id, text }), sliceTexts(vectors, i, 1));
  }
  return index;
}

function line({ promptTokens, firstTokenMs, tokensPerSecond }: Timed): string {
  return `${promptTokens} tokens, first after ${firstTokenMs.toFixed(0)} ms, ${tokensPerSecond.toFixed(1)} tokens/s`;
}

function largest(logits: Float32Array): number {
  let best = 0;
  for (let id = 1; id < logits.length; id++) if (logits[id]! > logits[best]!) best = id;
  return best;
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}
