import { createInterface } from 'node:readline';
import { isAbortError } from '@glot/errors';
import {
  type AnswerEvent,
  answerJson,
  type Conversation,
  eventJson,
  foldAnswer,
  type GlotReader,
  openGlot,
  type TurnEvent,
} from '@glot/glot';
import { ExitCode } from '../exit-code.js';
import { filterOf } from '../filter-options.js';
import type { Interrupt } from '../interrupt.js';
import { modelOptions } from '../options.js';
import { leftOutLine, readWords } from '../read-words.js';
import { abstentionLines } from '../terminal/abstention.js';
import { createAnswerWriter } from '../terminal/answer-writer.js';
import { count } from '../terminal/count.js';
import { errorLine } from '../terminal/error-line.js';
import { printable } from '../terminal/printable.js';
import { unreadLines } from '../terminal/unread.js';
import type { AskFlags } from './ask.js';
import { openGenerator, QUOTING_NOTE } from './open-generator.js';

const HELP =
  'remembered: the questions and answers of this conversation, nowhere but here\n' +
  '/history shows them, /clear forgets them, /quit or Ctrl-D leaves, Ctrl-C stops an answer\n';

/**
 * `glot ask --chat`: a question a line, from a terminal or a pipe. Exit code 0 where any was answered (or none asked),
 * 1 where none was, 2 where one failed, 130 where Ctrl-C ended it.
 */
export async function runChat(words: readonly string[], flags: AskFlags, interrupt: Interrupt): Promise<ExitCode> {
  const generator = await openGenerator(flags);
  const glot = await openGlot({ index: flags.index, ...(await modelOptions(flags)) });
  try {
    const conversation = glot.converse({
      mode: flags.mode,
      limit: flags.k,
      ...(generator && { generator }),
    });
    return await converseByLines(
      words.filter((word) => word.trim() !== ''),
      conversation,
      glot,
      flags,
      interrupt,
      generator !== undefined,
    );
  } finally {
    await glot.close();
    await generator?.dispose?.();
  }
}

async function converseByLines(
  first: readonly string[],
  conversation: Conversation,
  glot: GlotReader,
  flags: AskFlags,
  interrupt: Interrupt,
  writes: boolean,
): Promise<ExitCode> {
  const terminal = Boolean(process.stdin.isTTY && process.stderr.isTTY);
  const tell = (text: string) => process.stderr.write(text);
  const lines = createInterface({
    input: process.stdin,
    ...(terminal && { output: process.stderr, prompt: '> ' }),
    terminal,
  });
  let answering: AbortController | null = null;
  let interrupted = false;
  const onInterrupt = () => {
    // On a terminal the first Ctrl-C ends the answer alone; where nobody can type a second one, everything.
    const stops = answering !== null && !answering.signal.aborted;
    if (!stops && interrupted) process.exit(ExitCode.interrupted);
    interrupted = !(terminal && stops);
    answering?.abort();
    if (interrupted) lines.close();
  };
  lines.on('SIGINT', onInterrupt);
  const giveBack = interrupt.takeOver(onInterrupt);
  interrupt.signal.addEventListener('abort', onInterrupt, { once: true });

  let [asked, answered, failed] = [0, 0, 0];
  const ask = async (words: readonly string[]) => {
    asked++;
    answering = new AbortController();
    try {
      if (await printTurn(words, conversation, glot, flags, answering.signal, !terminal)) answered++;
    } catch (error) {
      if (isAbortError(error)) tell(`\n${interrupted ? errorLine(error) : 'stopped; not remembered'}\n`);
      else {
        failed++;
        tell(`${errorLine(error)}\n`);
      }
    }
    answering = null;
  };
  try {
    if (terminal) tell(`${writes ? '' : `${QUOTING_NOTE}\n`}${HELP}`);
    const reading = lines[Symbol.asyncIterator]();
    if (first.length > 0) await ask(first);
    while (!interrupted) {
      if (terminal) lines.prompt();
      const { value: line, done } = await reading.next();
      if (done || interrupted) {
        if (terminal) tell('\n');
        break;
      }
      const text = line.trim();
      if (text === '/quit' || text === '/exit') break;
      if (text.startsWith('/')) tell(command(text, conversation));
      else if (text !== '') await ask([text]);
    }
  } finally {
    giveBack();
    lines.close();
  }
  if (interrupted) return ExitCode.interrupted;
  if (failed > 0) return ExitCode.error;
  return answered > 0 || asked === 0 ? ExitCode.found : ExitCode.nothingFound;
}

/** @returns what to tell about a line that begins with a slash */
function command(line: string, conversation: Conversation): string {
  if (line === '/clear') {
    const turns = conversation.turns.length;
    conversation.clear();
    return `forgotten: ${count(turns, 'turn')}\n`;
  }
  if (line === '/history') {
    const turns = conversation.turns.map(
      ({ question, sentences }, i) =>
        `${i + 1}. ${printable(question)}\n${sentences.map((text) => `   ${printable(text)}\n`).join('')}`,
    );
    return turns.length === 0 ? 'nothing is remembered\n' : turns.join('');
  }
  return `${line === '/help' ? '' : `${printable(line)} is no command; a question does not begin with a slash\n`}${HELP}`;
}

/** @returns whether there was an answer */
async function printTurn(
  words: readonly string[],
  conversation: Conversation,
  glot: GlotReader,
  flags: AskFlags,
  signal: AbortSignal,
  echo: boolean,
): Promise<boolean> {
  const read = readWords(words);
  const filter = await filterOf(flags, read);
  const events = conversation.ask(read.text, { signal, ...(filter && { filter }) });
  const { value: turn } = (await events.next()) as { value: TurnEvent };
  const rest = events as AsyncGenerator<AnswerEvent>;
  const unread = flags.mode === 'lexical' ? null : await glot.unread(turn.standalone);
  if (flags.json) {
    const answer = await foldAnswer(rest);
    const { question, standalone, searchedWith } = turn;
    const line = {
      turn: turn.turn,
      ...answerJson(answer, glot.displayPath, unread),
      question,
      standalone,
      searchedWith,
    };
    process.stdout.write(`${JSON.stringify(line)}\n`);
    return !answer.abstained;
  }
  const writer = createAnswerWriter(glot.displayPath);
  if (flags.ndjson) process.stdout.write(`${JSON.stringify(eventJson(turn, glot.displayPath))}\n`);
  else {
    if (echo) process.stdout.write(`> ${printable(read.typed)}\n`);
    process.stderr.write(leftOutLine(read) + understoodLine(turn));
  }
  const seen: AnswerEvent[] = [];
  let abstained = true;
  for await (const event of rest) {
    const json = () => `${JSON.stringify({ turn: turn.turn, ...eventJson(event, glot.displayPath) })}\n`;
    process.stdout.write(flags.ndjson ? json() : writer.textOf(event));
    seen.push(event);
    if (event.type === 'done') abstained = event.abstained;
  }
  if (!flags.ndjson) {
    const unmatched = abstained && filter ? await glot.unmatched(filter) : null;
    process.stderr.write(abstentionLines(seen, glot.displayPath, unmatched));
    process.stdout.write('\n');
  }
  process.stderr.write(unreadLines(unread));
  return !abstained;
}

/** How a follow-up was understood, where that is not word by word. */
function understoodLine({ question, standalone, searchedWith }: TurnEvent): string {
  if (standalone !== question) return `understood as: ${printable(standalone)}\n`;
  return searchedWith === null ? '' : `searched together with: ${printable(searchedWith)}\n`;
}
