import type { CommandEntry } from './command-table.js';

/** A completion script for fish: `glot completion fish | source`. */
export function fishScript(table: readonly CommandEntry[]): string {
  return `complete -c glot -f\n${table.flatMap(linesOf).join('\n')}\n`;
}

function linesOf({ path, flags, commands, takesFiles, words }: CommandEntry): string[] {
  const names = commands.map((command) => command.name);
  const here = conditionOf(path, names);
  const start = `complete -c glot -n ${quoted(here)}`;
  return [
    ...commands.map((command) => `${start} -a ${command.name} -d ${quoted(command.description)}`),
    ...flags.map(({ names, description, value }) => {
      const spelled = names.map((name) => (name.startsWith('--') ? `-l ${name.slice(2)}` : `-s ${name.slice(1)}`));
      const takes = value === 'none' ? '' : value === 'any' ? ' -r -F' : ` -x -a ${quoted(value.join(' '))}`;
      return `${start} ${spelled.join(' ')}${takes} -d ${quoted(description)}`;
    }),
    ...(takesFiles ? [`${start} -F`] : []),
    ...(words.length > 0 ? [`${start} -a ${quoted(words.join(' '))}`] : []),
  ];
}

/** True on the command line of this command, not of one below it. */
function conditionOf(path: readonly string[], below: readonly string[]): string {
  if (path.length === 0) return '__fish_use_subcommand';
  const seen = path.map((word) => `__fish_seen_subcommand_from ${word}`);
  const deeper = below.length > 0 ? [`not __fish_seen_subcommand_from ${below.join(' ')}`] : [];
  return [...seen, ...deeper].join('; and ');
}

const quoted = (text: string): string => `'${text.replace(/[\\']/g, '\\$&')}'`;
