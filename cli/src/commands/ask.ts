import {
  type AnswerEvent,
  answerJson,
  eventJson,
  foldAnswer,
  type GlotReader,
  openGlot,
  type Unread,
} from '@glot/glot';
import { ExitCode } from '../exit-code.js';
import { type FilterOptions, filterOf } from '../filter-options.js';
import { modelOptions, type QueryOptions } from '../options.js';
import { leftOutLine, readWords } from '../read-words.js';
import { abstentionLines } from '../terminal/abstention.js';
import { createAnswerWriter } from '../terminal/answer-writer.js';
import { unreadLines } from '../terminal/unread.js';
import { type GeneratorFlags, openGenerator, QUOTING_NOTE } from './open-generator.js';

export interface AskFlags extends QueryOptions, FilterOptions, Omit<GeneratorFlags, 'threads'> {
  readonly ndjson?: true | undefined;
}

export async function runAsk(words: readonly string[], flags: AskFlags, signal: AbortSignal): Promise<ExitCode> {
  const read = readWords(words);
  const { text: question } = read;
  const generator = await openGenerator(flags);
  const glot = await openGlot({ index: flags.index, ...(await modelOptions(flags)) });
  try {
    const filter = await filterOf(flags, read);
    const events = glot.askStream(question, {
      mode: flags.mode,
      limit: flags.k,
      signal,
      ...(filter && { filter }),
      ...(generator && { generator }),
    });
    process.stderr.write(leftOutLine(read));
    if (generator === undefined && !flags.json && !flags.ndjson && process.stderr.isTTY) {
      process.stderr.write(`${QUOTING_NOTE}\n`);
    }
    const unread = async () => (flags.mode === 'lexical' ? null : glot.unread(question));
    const abstained = flags.json
      ? await printJson(events, glot, unread)
      : await printEvents(events, glot, flags, {
          unread,
          unmatched: async () => (filter ? glot.unmatched(filter) : null),
        });
    return abstained ? ExitCode.nothingFound : ExitCode.found;
  } finally {
    await glot.close();
    await generator?.dispose?.();
  }
}

async function printJson(
  events: AsyncIterable<AnswerEvent>,
  glot: GlotReader,
  unread: () => Promise<Unread | null>,
): Promise<boolean> {
  const answer = await foldAnswer(events);
  process.stdout.write(`${JSON.stringify(answerJson(answer, glot.displayPath, await unread()))}\n`);
  return answer.abstained;
}

/** What is told beside an answer. */
interface Notes {
  unread(): Promise<Unread | null>;
  /** Why nothing was there to answer from. */
  unmatched(): Promise<string | null>;
}

/** Each event as soon as it comes. */
async function printEvents(
  events: AsyncIterable<AnswerEvent>,
  glot: GlotReader,
  flags: AskFlags,
  { unread, unmatched }: Notes,
): Promise<boolean> {
  const writer = createAnswerWriter(glot.displayPath);
  const seen: AnswerEvent[] = [];
  let abstained = true;
  for await (const event of events) {
    process.stdout.write(
      flags.ndjson ? `${JSON.stringify(eventJson(event, glot.displayPath))}\n` : writer.textOf(event),
    );
    seen.push(event);
    if (event.type !== 'done') continue;
    abstained = event.abstained;
    if (!flags.ndjson) {
      process.stderr.write(abstentionLines(seen, glot.displayPath, abstained ? await unmatched() : null));
    }
    process.stderr.write(unreadLines(await unread()));
  }
  return abstained;
}
