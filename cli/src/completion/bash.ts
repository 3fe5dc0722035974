import type { CommandEntry } from './command-table.js';

/** A completion script for bash: `source <(glot completion bash)`. */
export function bashScript(table: readonly CommandEntry[]): string {
  const paths = table.filter(({ path }) => path.length > 0).map(({ path }) => path.join('/'));
  const values = table.flatMap(({ path, flags }) =>
    flags
      .filter(({ value }) => value !== 'none')
      .flatMap(({ names, value }) => names.map((name) => ({ key: `${path.join('/')}:${name}`, value }))),
  );
  return `_glot() {
  local cur=\${COMP_WORDS[COMP_CWORD]} prev=\${COMP_WORDS[COMP_CWORD-1]} path= i
  COMPREPLY=()
  for ((i = 1; i < COMP_CWORD; i++)); do
    case "\${path:+$path/}\${COMP_WORDS[i]}" in
      ${paths.join('|')}) path=\${path:+$path/}\${COMP_WORDS[i]} ;;
    esac
  done
  case "$path:$prev" in
${values.map(({ key, value }) => `    ${key}) ${value === 'any' ? '' : `${offer(value as readonly string[])}; `}return ;;`).join('\n')}
  esac
  case "$cur" in
    -*)
      case "$path" in
${table.map(({ path, flags }) => `        ${name(path)}) ${offer(flags.flatMap(({ names }) => names))} ;;`).join('\n')}
      esac ;;
    *)
      case "$path" in
${table
  .filter(({ commands, words }) => commands.length + words.length > 0)
  .map(
    ({ path, commands, words }) =>
      `        ${name(path)}) ${offer([...commands.map((command) => command.name), ...words])} ;;`,
  )
  .join('\n')}
      esac ;;
  esac
}
complete -o default -F _glot glot
`;
}

const name = (path: readonly string[]): string => (path.length === 0 ? "''" : path.join('/'));

const offer = (words: readonly string[]): string => `COMPREPLY=($(compgen -W '${words.join(' ')}' -- "$cur"))`;
