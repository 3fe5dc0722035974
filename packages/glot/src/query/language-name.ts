/**
 * The code of a language that people name: `de`, `DE`, `de-DE`, `deu`, `German`, `Deutsch`, `日本語`.
 * @returns a BCP 47 primary language; null where no language is called so
 */
export function languageNamed(name: string): string | null {
  const plain = name.trim().normalize('NFC');
  if (/^und$/iu.test(plain)) return 'und';
  if (/^[a-z]{2,3}(?:[-_][a-z0-9]+)*$/iu.test(plain)) {
    const code = codeOfTag(plain.replaceAll('_', '-'));
    if (code !== null) return code;
  }
  codesByName ??= namesOfLanguages();
  return codesByName.get(plain.toLowerCase()) ?? null;
}

let codesByName: ReadonlyMap<string, string> | undefined;

function codeOfTag(tag: string): string | null {
  try {
    const code = new Intl.Locale(tag).language;
    return nameIn('en', code) === undefined ? null : code;
  } catch {
    return null;
  }
}

function namesOfLanguages(): Map<string, string> {
  const names = new Map<string, string>();
  const letters = [...'abcdefghijklmnopqrstuvwxyz'];
  for (const code of letters.flatMap((first) => letters.map((second) => first + second))) {
    // A code that was replaced (iw) gives the name of the one that stands.
    if (new Intl.Locale(code).language !== code) continue;
    for (const name of [nameIn('en', code), nameIn(code, code)]) {
      if (name !== undefined && !names.has(name.toLowerCase())) names.set(name.toLowerCase(), code);
    }
  }
  return names;
}

function nameIn(language: string, code: string): string | undefined {
  return new Intl.DisplayNames([language], { type: 'language', fallback: 'none' }).of(code);
}
