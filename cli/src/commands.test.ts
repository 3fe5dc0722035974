import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { eventSchema } from '@glot/glot/json';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type GlotRun, runGlot } from './testing/run-glot.js';

const corpus = fileURLToPath(new URL('../../fixtures/corpus', import.meta.url));
const otherModel = fileURLToPath(new URL('../../fixtures/checkpoints/colbert-f16', import.meta.url));

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'glot-cli-'));
  for (const topic of ['library', 'earthquake', 'tea'])
    cpSync(join(corpus, topic), join(folder, 'docs', topic), { recursive: true });
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const glot = (...args: string[]) => runGlot(args, { cwd: folder });

const pick = (from: Record<string, unknown>, names: readonly string[]) =>
  Object.fromEntries(names.map((name) => [name, from[name]]));

/** The one JSON object on stdout. */
function json(run: GlotRun) {
  expect(run.stdout.trimEnd().split('\n')).toHaveLength(1);
  return JSON.parse(run.stdout);
}

describe('a folder in, ranked passages and a cited answer out', () => {
  it('indexes every file of the folder', async () => {
    const run = await glot('index', 'docs', '--json');
    expect(run.code, run.stderr).toBe(0);
    const report = json(run);
    expect(report.added).toBe(report.files);
    expect(report.files).toBeGreaterThan(10);
    expect(report.tokens).toBeGreaterThan(report.passages);
    expect(report.skipped).toEqual([]);
  });

  it('search and ask say that the model does not read the language of a query', async () => {
    const query = 'რა არის წყალი';
    const told = /does not read the language of this query/;
    expect((await glot('search', query)).stderr).toMatch(told);
    expect((await glot('search', query, '--mode', 'lexical')).stderr).not.toMatch(told);
    expect((await glot('search', 'water')).stderr).not.toMatch(told);
    expect(json(await glot('search', query, '--json')).unread).toEqual({ query: true, languages: [] });
    expect((await glot('ask', query)).stderr).toMatch(told);
    expect(json(await glot('ask', query, '--json')).unread).toEqual({ query: true, languages: [] });
  });

  it('search --json has exactly the documented fields', async () => {
    const run = await glot('search', '一人一日の水', '--json', '-k', '3');
    expect(run.code, run.stderr).toBe(0);
    const result = json(run);
    expect(Object.keys(result)).toEqual(['query', 'mode', 'hits']);
    expect(result).toMatchObject({ query: '一人一日の水', mode: 'hybrid' });
    expect(result.hits).toHaveLength(3);
    for (const [i, hit] of result.hits.entries()) {
      expect(Object.keys(hit)).toEqual([
        'rank',
        'score',
        'parts',
        'id',
        'path',
        'text',
        'start',
        'end',
        'lines',
        'page',
        'title',
        'heading',
        'lang',
      ]);
      expect(hit.rank).toBe(i + 1);
      const { base, semantic, lexical } = hit.parts;
      expect(hit.score).toBeCloseTo(1 / (1 + Math.exp(-(base + semantic + lexical))), 10);
      expect(hit.end - hit.start).toBe(hit.text.length);
    }
    expect(result.hits[0].path).toBe('docs/earthquake/地震への備え.md');
    expect(result.hits[0].text).toContain('三リットル');
  });

  it('prints places as editors read them, and paths that end with a zero byte', async () => {
    const places = await glot('search', '一人一日の水', '--format', 'vimgrep', '-k', '2');
    const [first, ...others] = places.stdout.trimEnd().split('\n');
    expect(others).toHaveLength(1);
    const [, line, text] = /^docs\/earthquake\/地震への備え\.md:(\d+):1:(.+)$/u.exec(first!)!;
    const source = readFileSync(join(folder, 'docs/earthquake/地震への備え.md'), 'utf8').split('\n');
    expect(source[Number(line) - 1]!.trim()).toBe(text);
    const paths = await glot('search', '一人一日の水', '-0', '-k', '2');
    expect(paths.stdout.split('\0')).toEqual([expect.stringMatching('地震への備え'), expect.any(String), '']);
  });

  it('gives a stored document, and the passage at a line of it', async () => {
    const path = 'docs/earthquake/地震への備え.md';
    const [hit] = json(await glot('search', '一人一日の水', '--json', '-k', '1')).hits;
    const whole = await glot('get', path);
    expect(whole.stdout.slice(hit.start, hit.end)).toBe(hit.text);
    const passage = json(await glot('get', `${path}:${hit.lines.last}`, '--json'));
    expect(passage).toEqual({ path, ...pick(hit, ['text', 'start', 'end', 'lines', 'heading']) });
    expect((await glot('get', `${path}:99999`)).code).toBe(1);
    expect(await glot('get', 'docs/none.md')).toMatchObject({
      code: 2,
      stderr: expect.stringMatching(/holds no document/),
    });
  });

  it('says of filters that no document can match what there is', async () => {
    const run = await glot('search', 'water', '--lang', 'Icelandic');
    expect(run).toMatchObject({ code: 1, stderr: expect.stringMatching(/no document is in is; there are .*ja/) });
    expect((await glot('search', 'water', '--type', 'md', '--lang', 'Japanese', '-k', '1')).code).toBe(0);
    expect(await glot('search', 'water', '--type', 'spreadsheet')).toMatchObject({ code: 2, stdout: '' });
  });

  it('finds the index from a folder below it', async () => {
    const run = await runGlot(['search', '一人一日の水', '-l', '-k', '1'], { cwd: join(folder, 'docs', 'earthquake') });
    expect(run.stdout).toBe('地震への備え.md\n');
  });

  it.each(['semantic', 'lexical', 'hybrid'])('ranks in %s mode', async (mode) => {
    const result = json(
      await glot('search', 'emprunter des documents à la médiathèque', '--mode', mode, '--json', '-k', '3'),
    );
    expect(result.mode).toBe(mode);
    expect(result.hits[0].path).toBe('docs/library/reglement-mediatheque.md');
  });

  it('ask --json quotes verified spans of the documents', async () => {
    const run = await glot('ask', 'Combien de documents chaque lecteur peut-il emprunter ?', '--json');
    expect(run.code, run.stderr).toBe(0);
    const result = json(run);
    expect(result).toMatchObject({ abstained: false, reason: null });
    const citation = result.answer[0].citations[0];
    expect(citation).toMatchObject({ path: 'docs/library/reglement-mediatheque.md', verified: true });
    expect(citation.quote).toContain('quinze documents');
    expect(citation.end - citation.start).toBe(citation.quote.length);
  });

  it('verify checks what ask --json printed, and answers made elsewhere', async () => {
    const question = 'Combien de documents chaque lecteur peut-il emprunter ?';
    const answer = json(await glot('ask', question, '--json'));
    writeFileSync(join(folder, 'answer.json'), JSON.stringify(answer));
    const good = await glot('verify', 'answer.json');
    expect(good.stdout).toMatch(/^verified {2}docs\/library\/reglement-mediatheque\.md:\d+-\d+ {2}"/);
    expect(good.code).toBe(0);

    answer.answer[0].citations.push(
      { ...answer.answer[0].citations[0], quote: 'Chaque lecteur peut emprunter mille documents' },
      { path: 'docs/nulle-part.md', start: 0, end: 4, quote: 'trois mots ici' },
    );
    writeFileSync(join(folder, 'answer.json'), JSON.stringify(answer));
    const mixed = await glot('verify', 'answer.json', '--json');
    expect(mixed.code).toBe(1);
    expect(json(mixed).citations.map((citation: { reason: string | null }) => citation.reason)).toEqual(
      expect.arrayContaining([null, 'not-found', 'unknown-path']),
    );

    for (const [text, message] of [
      ['{"answer":[', 'not JSON'],
      ['{"hits":[]}', 'not an answer'],
    ] as const) {
      writeFileSync(join(folder, 'answer.json'), text);
      const bad = await glot('verify', 'answer.json');
      expect(bad).toMatchObject({ code: 2, stdout: '' });
      expect(bad.stderr).toContain(message);
    }
    expect((await glot('verify', 'absent.json')).code).toBe(2);
  });

  it('ask --ndjson prints each event as a line, the last one with what it took', async () => {
    const run = await glot('ask', 'Combien de documents chaque lecteur peut-il emprunter ?', '--ndjson');
    expect(run.code, run.stderr).toBe(0);
    const events = run.stdout
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line));
    for (const event of events) expect(eventSchema.parse(event)).toEqual(event);
    const types = events.map((event) => event.type);
    expect([...new Set(types)]).toEqual(['retrieved', 'packed', 'text', 'citation', 'verification', 'done']);
    expect(events.find((event) => event.type === 'citation').citation.path).toMatch(/^docs\/library\//);
    expect(events.at(-1)).toMatchObject({ abstained: false, reason: null, generator: 'extractive' });
    expect((await glot('ask', 'x y z', '--ndjson', '--json')).code).toBe(2);
  });

  it('plain output names the place and keeps stderr empty', async () => {
    const run = await glot('search', 'emprunter quinze documents', '-k', '1');
    expect(run.stdout).toMatch(/^ 1\. docs\/library\/reglement-mediatheque\.md:\d+ /);
    expect(run.stdout).not.toContain('\u001b');
    expect(run.stderr).toBe('');
  });

  it('search -l prints each of the best documents once', async () => {
    const run = await glot('search', '-l', 'emprunter des documents à la médiathèque', '-k', '2');
    const files = run.stdout.trimEnd().split('\n');
    expect(files[0]).toBe('docs/library/reglement-mediatheque.md');
    expect(new Set(files).size).toBe(2);
    expect((await glot('search', '-l', 'x', '--json')).code).toBe(2);
  });

  it('search --full prints passages whole', async () => {
    const query = 'emprunter quinze documents';
    const [hit] = json(await glot('search', query, '-k', '1', '--json')).hits;
    const whole = (await glot('search', query, '-k', '1', '--full')).stdout;
    for (const line of hit.text.split('\n')) expect(whole).toContain(line);
  });

  it('says that results cannot be written', async () => {
    const run = await runGlot(['search', 'documents'], { cwd: folder, stdoutFile: '/dev/full' });
    expect(run.code).toBe(2);
    expect(run.stderr).toBe('glot: cannot write the results: no space is left where they go\n');
  });

  it('ends with 1 when nothing is found', async () => {
    const run = await glot('search', 'xyzzyplugh', '--mode', 'lexical');
    expect(run.code).toBe(1);
    expect(run.stdout).toBe('');
    expect(run.stderr).toContain('nothing found');
  });

  it('ends quietly when the reader closes the pipe', async () => {
    const run = await runGlot(['search', 'documents', '-k', '50'], {
      cwd: folder,
      onStart: (child) => child.stdout?.destroy(),
    });
    expect(run.stderr).toBe('');
    expect(run.code).toBe(0);
  });
});

describe('a second run costs what changed', () => {
  it('encodes nothing when nothing changed', async () => {
    const report = json(await glot('index', './docs', '--json'));
    expect(report).toMatchObject({ added: 0, updated: 0, deleted: 0, passages: 0, tokens: 0 });
    expect(report.unchanged).toBe(report.files);
  });

  it('encodes a changed file alone, adds a new one, drops a deleted one', async () => {
    writeFileSync(join(folder, 'docs/tea/note.md'), '# ชา\n\nชงชาเขียวที่อุณหภูมิ 70 องศา นาน 2 นาที 🍵\n');
    rmSync(join(folder, 'docs/library/reglement-mediatheque.md'));
    expect(json(await glot('index', 'docs', '--json'))).toMatchObject({
      added: 1,
      updated: 0,
      deleted: 1,
      passages: 1,
    });
    writeFileSync(join(folder, 'docs/tea/note.md'), '# ชา\n\nชงชาเขียวที่อุณหภูมิ 80 องศา นาน 2 นาที 🍵\n');
    expect(json(await glot('index', 'docs', '--json'))).toMatchObject({
      added: 0,
      updated: 1,
      deleted: 0,
      passages: 1,
    });

    const thai = json(await glot('search', 'ชาเขียว องศา', '--json', '-k', '1'));
    expect(thai.hits[0]).toMatchObject({ path: 'docs/tea/note.md', lang: 'th', heading: 'ชา' });
    expect(thai.hits[0].text).toContain('80');
    const gone = json(await glot('search', 'médiathèque de Valombre', '--mode', 'lexical', '--json'));
    expect(gone.hits.map((hit: { path: string }) => hit.path)).not.toContain('docs/library/reglement-mediatheque.md');
  });

  it('a file that can no longer be read is listed, with a reason', async () => {
    writeFileSync(join(folder, 'docs/tea/broken.pdf'), '%PDF-1.7\nnot really');
    const report = json(await glot('index', 'docs', '--json'));
    expect(report.skipped).toMatchObject([{ path: 'docs/tea/broken.pdf' }]);
    const run = await glot('status', '--skipped');
    expect(run.stdout).toMatch(/docs\/tea\/broken\.pdf: [a-z-]+, /);
    rmSync(join(folder, 'docs/tea/broken.pdf'));
    expect(json(await glot('index', 'docs', '--json')).skipped).toEqual([]);
  });

  it('what of a document was assumed or left out is listed, and how it was read', async () => {
    const cyrillic = Buffer.from('cdeee2eee920e4eeece520f3203f20ecb6f1f2b3', 'hex');
    const sentence = Buffer.from('cfeee2bae8ea20f3e4e5ed20ebe5f1f2b320e4ee20e3f0e0e4f320c2b320cf20', 'hex');
    writeFileSync(
      join(folder, 'docs/tea/old.txt'),
      Buffer.concat(Array.from({ length: 9 }, () => [cyrillic, sentence]).flat()),
    );
    writeFileSync(
      join(folder, 'docs/tea/seite.html'),
      '<nav><a href="/">Start</a></nav><p>Der Tee zieht drei Minuten.</p>',
    );
    await glot('index', 'docs', '--json');
    const { stdout } = await glot('status', '--notes');
    expect(stdout).toMatch(/^notes +on [2-9] documents$/m);
    expect(stdout).toMatch(
      /^ {2}docs\/tea\/old\.txt: charset-assumed, read as \S+: the file does not say its charset$/m,
    );
    expect(stdout).toMatch(/^ {2}docs\/tea\/seite\.html: left-out, navigation \(5 letters\)$/m);
    expect(json(await glot('status', '--notes', '--json'))).toMatchObject({
      readEarlier: [],
      notedDocuments: expect.arrayContaining([{ path: 'docs/tea/seite.html', notes: [expect.anything()] }]),
    });
    for (const name of ['old.txt', 'seite.html']) rmSync(join(folder, 'docs/tea', name));
    await glot('index', 'docs', '--json');
  });

  it('finds the same document under other spellings of its path', async () => {
    const report = json(await glot('index', join(folder, 'docs'), 'docs/../docs/tea', '--json'));
    expect(report).toMatchObject({ added: 0, updated: 0, deleted: 0 });
  });

  it('pools tokens where it is asked to, says so, and goes on pooling', async () => {
    const small = ['--index', 'pooled.db'];
    const { tokens, passages } = json(
      await glot('index', 'docs/tea', ...small, '--pool-factor', '2', '--compact', '--json'),
    );
    const whole = json(await glot('index', 'docs/tea', '--index', 'whole.db', '--json'));
    expect(whole.passages).toBe(passages);
    // The marker in front of each passage stays.
    expect(tokens - passages).toBeLessThanOrEqual((whole.tokens - passages) / 2);
    expect(tokens).toBeGreaterThan(0.45 * whole.tokens);
    expect((await glot('status', ...small)).stdout).toContain('tokens pooled by 2');
    const again = json(await glot('index', 'docs/tea', ...small, '--force', '--json'));
    expect(again.tokens).toBe(tokens);
    const { hits } = json(await glot('search', 'green tea', '--explain', ...small, '--json'));
    expect(hits[0].path).toBe(json(await glot('search', 'green tea', '--index', 'whole.db', '--json')).hits[0].path);
    expect(hits[0].matches.every((match: { text: string | null }) => match.text === null)).toBe(true);
    for (const [flags, message] of [
      [['--pool-factor', '3'], 'pooled by 2, not by 3'],
      [['--pool-factor', '0'], 'whole number'],
    ] as const) {
      const refused = await glot('index', 'docs/tea', ...small, ...flags);
      expect(refused.code).toBe(2);
      expect(refused.stderr).toContain(message);
    }
    const refusedForm = await glot('index', 'docs/tea', '--index', 'whole.db', '--compact');
    expect(refusedForm.code).toBe(2);
    expect(refusedForm.stderr).toContain('standard, not as compact');
  });

  it('refuses an index of another encoder and leaves it usable', async () => {
    for (const args of [
      ['index', 'docs'],
      ['search', 'tea'],
    ]) {
      const run = await glot(...args, '--model', otherModel);
      expect(run.code).toBe(2);
      expect(run.stderr.trimEnd().split('\n')).toHaveLength(1);
      expect(run.stderr).toContain('glot-colbert-mini');
    }
    expect((await glot('search', 'tea')).code).toBe(0);
  });
});

describe('names made to harm', () => {
  it('reach no terminal, but come whole as JSON', async () => {
    const name = 'a\u001b[31m\nb.txt';
    mkdirSync(join(folder, 'odd'));
    writeFileSync(join(folder, 'odd', name), 'Nur ein Satz über Zwetschgen.');
    writeFileSync(join(folder, 'odd', `${name}.pdf`), '%PDF-1.7\nbroken');
    const odd = (...args: string[]) => glot(...args, '--index', 'odd.db');
    const runs = [
      await odd('index', 'odd'),
      await odd('search', 'Zwetschgen'),
      await odd('status', '--skipped'),
      await odd('ask', 'Worüber ist der Satz?'),
    ];
    for (const run of runs) expect(run.stdout + run.stderr).not.toContain('\u001b');
    expect(json(await odd('search', 'Zwetschgen', '--json')).hits[0].path).toBe(`odd/${name}`);
  });
});

describe('index --watch', () => {
  it('follows changes until it is interrupted', async () => {
    mkdirSync(join(folder, 'live'));
    writeFileSync(join(folder, 'live', 'a.md'), '# 一\n\n最初の文書です。');
    const run = await runGlot(['index', 'live', '--watch', '--json', '--index', 'live/index.db'], {
      cwd: folder,
      onStart(child) {
        let reports = 0;
        child.stdout?.on('data', (chunk: string) => {
          reports += chunk.split('\n').length - 1;
          if (reports === 1) writeFileSync(join(folder, 'live', 'b.md'), '# 二\n\n後から来た文書です。');
          else child.kill('SIGINT');
        });
      },
    });
    expect(run.code).toBe(130);
    const reports = run.stdout
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line));
    expect(reports).toMatchObject([
      { files: 1, added: 1, skipped: [] },
      { files: 2, added: 1, unchanged: 1, skipped: [] },
    ]);
  });
});

describe('Ctrl-C', () => {
  it('stops indexing with 130, and the next run finishes the work', async () => {
    const many = join(folder, 'many');
    mkdirSync(many);
    for (let i = 0; i < 150; i++) {
      writeFileSync(
        join(many, `${i}.txt`),
        `Dokument ${i}. ${'Die Brücke über den Fluss trägt zwölf Tonnen. '.repeat(12)}`,
      );
    }
    const index = join(folder, 'many.db');
    const run = await runGlot(['index', many, '--index', index], {
      onStart(child) {
        const watch = setInterval(() => {
          if (!existsSync(index)) return;
          clearInterval(watch);
          child.kill('SIGINT');
        }, 5);
      },
    });
    expect(run.code).toBe(130);
    expect(run.stderr).toMatch(/^glot: interrupted( .*run the same command again to go on)?\n$/);
    const again = json(await runGlot(['index', many, '--index', index, '--json']));
    expect(again.added + again.unchanged).toBe(150);
    expect(again.skipped).toEqual([]);
  });
});
