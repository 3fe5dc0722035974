import { openGlot } from '@glot/glot';
import type { Answer } from '@glot/rag';
import { ExitCode } from '../exit-code.js';
import { modelOptions, type QueryOptions, queryText } from '../options.js';
import { colors } from '../terminal/colors.js';
import { place } from '../terminal/place.js';

export async function runAsk(words: readonly string[], options: QueryOptions, signal: AbortSignal): Promise<ExitCode> {
  const question = queryText(words);
  const glot = await openGlot({ index: options.index, ...(await modelOptions(options)) });
  try {
    const answer = await glot.ask(question, { mode: options.mode, limit: options.k, signal });
    if (options.json) process.stdout.write(`${JSON.stringify(answerJson(answer, glot.displayPath))}\n`);
    else if (answer.abstained) process.stderr.write(`no answer in the documents (${answer.reason})\n`);
    else process.stdout.write(answerText(answer, glot.displayPath));
    return answer.abstained ? ExitCode.nothingFound : ExitCode.found;
  } finally {
    await glot.close();
  }
}

function answerJson(answer: Answer, displayPath: (path: string) => string) {
  return {
    question: answer.question,
    abstained: answer.abstained,
    reason: answer.reason,
    answer: answer.sentences.map((sentence) => ({
      text: sentence.text,
      citations: sentence.citations.map((citation) => ({
        path: displayPath(citation.path),
        start: citation.start,
        end: citation.end,
        quote: citation.quote,
        verified: citation.verified,
        page: citation.page,
        heading: citation.heading,
      })),
    })),
  };
}

/** The sentences with numbers, then where each number stands. */
function answerText(answer: Answer, displayPath: (path: string) => string): string {
  const places: string[] = [];
  const sentences = answer.sentences.map((sentence) => {
    const numbers = sentence.citations.map((citation) => {
      const where = place(displayPath(citation.path), citation);
      const line = citation.heading === null ? where : `${where}  ${citation.heading}`;
      if (!places.includes(line)) places.push(line);
      return `[${places.indexOf(line) + 1}]`;
    });
    return `${sentence.text} ${colors.cyan(numbers.join(''))}`;
  });
  const sources = places.map((line, i) => `${colors.cyan(`[${i + 1}]`)} ${colors.dim(line)}`);
  return `${sentences.join('\n')}\n\n${sources.join('\n')}\n`;
}
