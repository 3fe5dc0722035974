import type { Command } from 'commander';
import { bashScript } from '../completion/bash.js';
import { type CommandEntry, commandTable } from '../completion/command-table.js';
import { fishScript } from '../completion/fish.js';
import { zshScript } from '../completion/zsh.js';
import { ExitCode } from '../exit-code.js';

export type Shell = 'bash' | 'zsh' | 'fish';

const SCRIPTS: Readonly<Record<Shell, (table: readonly CommandEntry[]) => string>> = {
  bash: bashScript,
  zsh: zshScript,
  fish: fishScript,
};

export function runCompletion(shell: Shell, program: Command): ExitCode {
  process.stdout.write(SCRIPTS[shell](commandTable(program)));
  return ExitCode.found;
}
