import { GlotError } from '@glot/errors';
import { type Glot, openGlot } from '@glot/glot';
import { type AnswerEvent, type AnswerGenerator, foldAnswer, httpGenerator, openLfm2Generator } from '@glot/rag';
import { ExitCode } from '../exit-code.js';
import { modelOptions, type QueryOptions, queryText } from '../options.js';
import { answerJson, eventJson } from '../terminal/answer-json.js';
import { createAnswerWriter } from '../terminal/answer-writer.js';

interface AskFlags extends QueryOptions {
  readonly ndjson?: true;
  readonly generator?: string;
  readonly generatorModel?: string;
}

export async function runAsk(words: readonly string[], flags: AskFlags, signal: AbortSignal): Promise<ExitCode> {
  const question = queryText(words);
  const generator = await openGenerator(flags);
  const glot = await openGlot({ index: flags.index, ...(await modelOptions(flags)) });
  try {
    const events = glot.askStream(question, {
      mode: flags.mode,
      limit: flags.k,
      signal,
      ...(generator && { generator }),
    });
    const abstained = flags.json ? await printJson(events, glot) : await printEvents(events, glot, flags);
    return abstained ? ExitCode.nothingFound : ExitCode.found;
  } finally {
    await glot.close();
    await generator?.dispose?.();
  }
}

interface CliGenerator extends AnswerGenerator {
  dispose?(): Promise<void>;
}

/** The key comes from the environment alone: a command line is seen by others. */
async function openGenerator(flags: AskFlags): Promise<CliGenerator | undefined> {
  const { generator: where, generatorModel: model, threads } = flags;
  if (where === undefined) return undefined;
  if (!/^https?:/iu.test(where)) {
    const { resolveModel } = await import('@glot/lfm2');
    return openLfm2Generator(await resolveModel(where), { decoder: threads === undefined ? {} : { threads } });
  }
  if (model === undefined) {
    throw new GlotError('cli.generator-model', 'say which model to use at that address: --generator-model NAME');
  }
  const apiKey = process.env.GLOT_GENERATOR_API_KEY;
  return httpGenerator({ url: where, model, ...(apiKey !== undefined && { apiKey }) });
}

async function printJson(events: AsyncIterable<AnswerEvent>, glot: Glot): Promise<boolean> {
  const answer = await foldAnswer(events);
  process.stdout.write(`${JSON.stringify(answerJson(answer, glot.displayPath))}\n`);
  return answer.abstained;
}

/** Each event as soon as it comes. */
async function printEvents(events: AsyncIterable<AnswerEvent>, glot: Glot, flags: AskFlags): Promise<boolean> {
  const writer = createAnswerWriter(glot.displayPath);
  let abstained = true;
  for await (const event of events) {
    process.stdout.write(
      flags.ndjson ? `${JSON.stringify(eventJson(event, glot.displayPath))}\n` : writer.textOf(event),
    );
    if (event.type !== 'done') continue;
    abstained = event.abstained;
    if (abstained && !flags.ndjson) process.stderr.write(`no answer in the documents (${event.reason})\n`);
  }
  return abstained;
}
