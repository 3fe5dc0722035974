/**
 * Control characters that terminals and printers read, in text that people read: colors of logs, letters struck over
 * each other in manual pages, separators. Line feeds are neither added nor taken away, so that line numbers stay the file's.
 * @module
 */

/** ECMA-48: escape sequences of colors and cursors (CSI), of titles and links (OSC), and of two characters. */
const TERMINAL =
  // biome-ignore lint/suspicious/noControlCharactersInRegex: these are what is looked for
  /\u001b(?:\[[0-?]*[ -/]*[@-~]|[\]PX^_][^\u0007\u001b\n]*(?:\u0007|\u001b\\)?|[ -/]*[0-~])|\u009b[0-?]*[ -/]*[@-~]/g;

// biome-ignore lint/suspicious/noControlCharactersInRegex: these are what is looked for
const CONTROLS = /[\u0001-\u0008\u000b\u000e-\u001f\u007f-\u009f]/;

/** One character struck over another: bold is a letter over itself, underlined a letter over a line. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: these are what is looked for
const OVERSTRUCK = /([^\n\u0008])\u0008([^\n\u0008])/gu;

/** Vertical tab, and the separators of files, groups, records and units. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: these are what is looked for
const SEPARATORS = /[\u000b\u001c-\u001f]/g;

/** Bell, shifts between character sets, and the idle character. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: these are what is looked for
const SILENT = /[\u0007\u000e\u000f\u0016]/g;

export function withoutControls(text: string): string {
  if (!CONTROLS.test(text)) return text;
  const read = struck(text.replace(TERMINAL, '')).replace(SEPARATORS, ' ').replace(SILENT, '');
  // The next-line character of mainframes ends lines where nothing else does.
  return read.replaceAll('\u0085', read.includes('\n') || read.includes('\r') ? ' ' : '\n');
}

function struck(text: string): string {
  if (!text.includes('\u0008')) return text;
  const once = (source: string): string =>
    source.replace(OVERSTRUCK, (_, under: string, over: string) => (over === '_' || over === ' ' ? under : over));
  // Bold and underlined is three of them in a row.
  let read = text;
  for (let round = 0; round < 4 && read.includes('\u0008'); round += 1) read = once(read);
  return read.replaceAll('\u0008', '');
}
