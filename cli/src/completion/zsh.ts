import type { CommandEntry, FlagEntry } from './command-table.js';

/** A completion script for zsh: a file named `_glot` in a folder of `$fpath`, or `source <(glot completion zsh)`. */
export function zshScript(table: readonly CommandEntry[]): string {
  return `#compdef glot
${table.map(functionOf).join('\n')}
compdef _glot glot
`;
}

function functionOf({ path, flags, commands, takesFiles, words }: CommandEntry): string {
  const specs = flags.flatMap(flagSpecs);
  const name = functionName(path);
  if (commands.length === 0) {
    const rest = takesFiles ? ["'*:file:_files'"] : words.length > 0 ? [quoted(`1:what:(${words.join(' ')})`)] : [];
    return `${name}() {\n  _arguments -s ${[...specs, ...rest].join(' \\\n    ')}\n}`;
  }
  const described = commands.map((command) => quoted(`${command.name}:${command.description.replace(/:/g, '\\:')}`));
  const cases = commands
    .filter((command) => command.name !== 'help')
    .map((command) => `        ${command.name}) ${functionName([...path, command.name])} ;;`);
  return `${name}() {
  local context state state_descr line
  typeset -A opt_args
  _arguments -C ${[...specs, "'1:command:->command'", "'*::argument:->argument'"].join(' \\\n    ')}
  case $state in
    command)
      local -a commands=(
        ${described.join('\n        ')}
      )
      _describe command commands ;;
    argument)
      case $line[1] in
${cases.join('\n')}
      esac ;;
  esac
}`;
}

const functionName = (path: readonly string[]): string => ['_glot', ...path].join('_');

/** One spec a name: `'--mode[how to rank]:value:(hybrid semantic lexical)'`. */
function flagSpecs({ names, description, value }: FlagEntry): string[] {
  const text = description.replace(/[[\]:\\]/g, '\\$&');
  const takes = value === 'none' ? '' : value === 'any' ? ':value:_files' : `:value:(${value.join(' ')})`;
  return names.map((name) => quoted(`${name}[${text}]${takes}`));
}

const quoted = (text: string): string => `'${text.replace(/'/g, "'\\''")}'`;
