/**
 * Globs over stored paths, separated by `/` or `\`: `*` and `?` stay within a name, `**` crosses folders, `[a-z]` is a
 * set (`[!a-z]` its opposite), `{a,b}` are alternatives. A pattern without a separator matches the last name.
 * Matched by code points after NFC; letters keep their case.
 */
export function pathGlob(pattern: string): (path: string) => boolean {
  const normal = pattern.normalize('NFC').replaceAll('\\', '/');
  const anchored = normal.includes('/');
  const expression = new RegExp(`^${anchored ? '' : '(?:.*/)?'}${expressionOf([...normal])}$`, 'su');
  return (path) => expression.test(path.normalize('NFC').replaceAll('\\', '/'));
}

function expressionOf(glob: readonly string[]): string {
  let result = '';
  let open = 0;
  for (let at = 0; at < glob.length; at += 1) {
    const character = glob[at]!;
    if (character === '*' && glob[at + 1] === '*') {
      at += 1;
      if (glob[at + 1] === '/') {
        at += 1;
        result += '(?:.*/)?';
      } else result += '.*';
    } else if (character === '*') result += '[^/]*';
    else if (character === '?') result += '[^/]';
    else if (character === '[' && glob.indexOf(']', at + 2) > 0) {
      const end = glob.indexOf(']', at + 2);
      const negated = glob[at + 1] === '!';
      const members = glob.slice(at + (negated ? 2 : 1), end);
      result += `[${negated ? '^/' : ''}${members.map((one) => (one === '-' ? '-' : escaped(one))).join('')}]`;
      at = end;
    } else if (character === '{' && glob.indexOf('}', at) > 0) {
      open += 1;
      result += '(?:';
    } else if (character === '}' && open > 0) {
      open -= 1;
      result += ')';
    } else if (character === ',' && open > 0) result += '|';
    else result += escaped(character);
  }
  return result;
}

function escaped(character: string): string {
  return /[\\^$.*+?()[\]{}|/-]/.test(character) ? `\\${character}` : character;
}
