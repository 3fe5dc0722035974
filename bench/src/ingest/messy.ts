import { readFileSync } from 'node:fs';

const TABLE = 'fixtures/messy-outcomes.tsv';

const KINDS: Record<string, string> = {
  text: 'text',
  glyphs: 'letters to the eye, glyphs without names in the file',
  locked: 'a lock that a password opens',
  none: 'no text: empty, scanned, or nothing left of it',
  later: 'a format that is not read yet',
};

/** Section of the report on files of others, by the table that `messy-outcomes.test.ts` checks. */
export function messySection(): string {
  const rows = readFileSync(TABLE, 'utf8')
    .trimEnd()
    .split('\n')
    .slice(1)
    .map((line) => line.split('\t') as [string, string, string, string]);
  const of = (kind: string): typeof rows => rows.filter(([, has]) => has === kind);
  const isRead = ([, , outcome]: (typeof rows)[number]): boolean => outcome === 'read';
  const percent = (part: typeof rows): string => {
    const read = part.filter(isRead).length;
    return `${read} of ${part.length} (${((100 * read) / part.length).toFixed(1)} %)`;
  };
  const counts = Object.entries(KINDS).map(([kind, told]) => {
    const outcomes = new Map<string, number>();
    for (const [, , outcome] of of(kind)) outcomes.set(outcome, (outcomes.get(outcome) ?? 0) + 1);
    const ends = [...outcomes].map(([outcome, count]) => `${count} ${outcome}`).join(', ');
    return `| ${told} | ${of(kind).length} | ${ends} |`;
  });
  const unread = rows
    .filter((row) => row[1] !== 'later' && !isRead(row))
    .map(([file, , outcome, told]) => `| ${file} | ${outcome} | ${told} |`);
  return `## Files of others

Of each file of ../shared/data/messy \`${TABLE}\` says what stands in it, how it ends and, where it is read, a phrase
that a passage has to hold, which pdftotext or pandoc finds too or which was taken from the file by hand (\`packages/ingest/src/messy-outcomes.test.ts\`). Of those that have text, ${percent(of('text'))} give it;
with those that have letters to the eye alone counted too, ${percent([...of('text'), ...of('glyphs')])}.

| what the file has | files | ends as |
|---|--:|---|
${counts.join('\n')}

Those of formats that are read which give no text:

| file | reason | what stands there |
|---|---|---|
${unread.join('\n')}
`;
}
