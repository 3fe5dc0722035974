/**
 * The command line as plain data, for the scripts that complete it.
 * @module
 */

import type { Command, Option } from 'commander';

export interface FlagEntry {
  /** `--json`, and `-k` where there is a short one. */
  readonly names: readonly string[];
  readonly description: string;
  /** What follows the flag: nothing, one of some words, or anything (a file as far as completion goes). */
  readonly value: 'none' | 'any' | readonly string[];
}

export interface CommandEntry {
  /** Words after `glot`: `[]` for glot itself, `['models', 'pull']`. */
  readonly path: readonly string[];
  readonly description: string;
  readonly flags: readonly FlagEntry[];
  /** Names and descriptions of the commands below. */
  readonly commands: readonly { readonly name: string; readonly description: string }[];
  readonly takesFiles: boolean;
  /** Words that its argument may be, where they are few. */
  readonly words: readonly string[];
}

/** glot itself first, then every command below it. */
export function commandTable(program: Command): CommandEntry[] {
  return entriesOf(program, []);
}

/** Arguments that name files or folders; the others are words of a query or names of models. */
const FILE_ARGUMENTS: ReadonlySet<string> = new Set(['path', 'dir', 'answer.json']);

function entriesOf(command: Command, path: readonly string[]): CommandEntry[] {
  const help = command.createHelp();
  const own: CommandEntry = {
    path,
    description: command.description(),
    flags: help.visibleOptions(command).map(flagOf),
    commands: help.visibleCommands(command).map((child) => ({ name: child.name(), description: child.description() })),
    takesFiles: command.registeredArguments.some((argument) => FILE_ARGUMENTS.has(argument.name())),
    words: command.registeredArguments.flatMap((argument) => argument.argChoices ?? []),
  };
  return [own, ...command.commands.flatMap((child) => entriesOf(child, [...path, child.name()]))];
}

function flagOf(option: Option): FlagEntry {
  return {
    names: [option.short, option.long].filter((name) => name !== undefined),
    description: option.description,
    value: !option.required && !option.optional ? 'none' : (option.argChoices ?? 'any'),
  };
}
