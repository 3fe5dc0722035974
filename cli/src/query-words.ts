/**
 * Words of a query on the command line that begin with a hyphen: `-snow`, `-xzf`, and whatever stands behind `--`.
 * @module
 */
import type { Command } from 'commander';

/** Stands before a word for the time of parsing, so that it is no flag. */
const SHIELD = '\u200B';

/** Before a word that stood behind `--`. */
export const LITERAL = '\u200B\u200B';

const QUERY = /^(?:query|question)$/;

const HYPHENATED = /^-\p{L}[\p{L}\p{M}\p{N}’'-]*$/u;

/**
 * The arguments with every hyphenated word shielded that is no flag of the command nor a flag's value.
 * @param argv as the process has it, the command third
 */
export function shieldWords(argv: readonly string[], commands: readonly Command[]): string[] {
  const command = commands.find((one) => one.name() === argv[2]);
  if (!command?.registeredArguments.some((one) => one.variadic && QUERY.test(one.name()))) {
    return [...argv];
  }
  const end = argv.indexOf('--', 3);
  const takesValue = new Set(
    command.options.filter(({ required }) => required).flatMap(({ short, long }) => [short, long]),
  );
  const letters = (required: boolean) =>
    command.options
      .flatMap(({ short, required: takes }) => (short && takes === required ? [short.slice(1)] : []))
      .join('');
  const flags = new RegExp(`^-[h${letters(false)}]*(?:[${letters(true)}]\\d*)?$`, 'u');
  return argv.map((word, at) => {
    if (end !== -1 && at > end) return LITERAL + word;
    if (at < 3 || takesValue.has(argv[at - 1]!)) return word;
    return HYPHENATED.test(word) && !flags.test(word) ? SHIELD + word : word;
  });
}

export const unshielded = (word: string): string => word.replace(/^\u200B{1,2}/u, '');
