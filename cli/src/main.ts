/**
 * `glot`: parse, run, map the result to an exit code. stdout carries results only.
 * @module
 */

import { isAbortError } from '@glot/errors';
import { CommanderError } from 'commander';
import { ExitCode, exitCodeOf } from './exit-code.js';
import { watchInterrupts } from './interrupt.js';
import { buildProgram } from './program.js';
import { shieldWords } from './query-words.js';
import { errorLine } from './terminal/error-line.js';

const interrupt = watchInterrupts();

// A reader that went away (`glot search ... | head -1`) ends the command quietly.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code === 'EPIPE') process.exit(process.exitCode ?? ExitCode.found);
  const reason = error.code === 'ENOSPC' ? 'no space is left where they go' : error.message;
  process.stderr.write(`glot: cannot write the results: ${reason}\n`);
  process.exit(ExitCode.error);
});
process.stderr.on('error', () => {});

try {
  const program = buildProgram(interrupt, (code) => {
    process.exitCode = code;
  });
  if (process.argv.length === 2) program.outputHelp();
  else await program.parseAsync(shieldWords(process.argv, program.commands));
} catch (error) {
  if (error instanceof CommanderError) {
    process.exitCode = error.exitCode === 0 ? ExitCode.found : ExitCode.error;
  } else {
    process.exitCode = exitCodeOf(error);
    process.stderr.write(`${errorLine(error)}\n`);
    if (process.env.GLOT_DEBUG && !isAbortError(error)) console.error(error);
  }
}
