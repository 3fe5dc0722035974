import { cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { HubServer, TINY, writeGgufOfFolder, writeRandomCheckpoint } from '@glot/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { runGlot } from './testing/run-glot.js';

const EMBEDDED = fileURLToPath(new URL('../../packages/encoder/models/glot-colbert-mini', import.meta.url));

let folder: string;
let env: Record<string, string>;
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'glot-cli-モデル-'));
  env = { GLOT_MODELS: join(folder, 'models') };
  mkdirSync(join(folder, 'only-gguf'));
  await writeGgufOfFolder(EMBEDDED, join(folder, 'only-gguf', 'mini-Q8_0.gguf'), {
    tokenizer: 'carried',
    type: 'Q8_0',
  });
  await writeGgufOfFolder(EMBEDDED, join(folder, 'writer.gguf'), {
    tokenizer: 'carried',
    projection: false,
    causal: true,
  });
  cpSync(EMBEDDED, join(folder, 'encoder'), { recursive: true });
  mkdirSync(join(folder, 'generator'));
  await writeRandomCheckpoint(join(folder, 'generator'), TINY);
  mkdirSync(join(folder, 'docs'));
  writeFileSync(join(folder, 'docs', 'muse.md'), '# 川辺の資料館\n\n川辺の資料館は毎朝十時に開館します。\n');
  writeFileSync(join(folder, 'docs', 'bad.md'), '# Freibad\n\nDas Freibad öffnet im Mai.\n');
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const glot = (...args: string[]) => runGlot(args, { cwd: folder, env });

describe('glot models convert', () => {
  it('finds out what a model is for, and prints where the weights lie, their size and the time', async () => {
    const encoder = await glot('models', 'convert', 'encoder', '--precision', 'int8');
    expect(encoder.code).toBe(0);
    const [place, ...more] = encoder.stdout.trimEnd().split('\n');
    expect(more).toEqual([]);
    expect(readdirSync(place!).sort()).toEqual(['manifest.json', 'model.onnx', 'weights.bin']);
    expect(encoder.stderr).toMatch(/^encoder \(encoder\) converted: int8 \d+(\.\d)? MB, \d+\.\d s\n$/);
    const again = await glot('models', 'convert', 'encoder', '--precision', 'int8', '--json');
    expect(JSON.parse(again.stdout)).toMatchObject({
      name: 'encoder',
      kind: 'encoder',
      weights: [{ precision: 'int8', folder: place, made: false }],
    });
    const bytes = ['weights.bin', 'model.onnx'].reduce((sum, name) => sum + statSync(join(place!, name)).size, 0);
    expect(JSON.parse(again.stdout).weights[0].bytes).toBe(bytes);
    const plain = await glot('models', 'convert', 'encoder', '--json');
    expect(JSON.parse(plain.stdout).weights).toMatchObject([{ precision: 'f32', made: true }]);

    const generator = await glot('models', 'convert', 'generator');
    expect(generator.stdout.trimEnd().split('\n')).toHaveLength(2);
    expect(generator.stderr).toMatch(/^generator \(generator\) converted: int4 .*, int8 .*, \d+\.\d s\n$/);
  });

  it('takes a .gguf file, or a folder that holds one, and says what was taken for granted', async () => {
    const run = await glot('models', 'convert', 'only-gguf');
    expect(run.code).toBe(0);
    expect(run.stderr).toMatch(/mini-Q8_0\.gguf does not say .*LFM2-ColBERT.*"\[Q\] ".*32 tokens.*512/);
    expect(run.stderr).toMatch(/only-gguf \(encoder\) converted: f32/);
    const file = await glot('models', 'convert', 'only-gguf/mini-Q8_0.gguf');
    expect(file.stdout).toBe(run.stdout);
    expect(file.stderr).toMatch(/was converted before: f32/);
  });

  const refused: [title: string, args: string[], line: RegExp][] = [
    ['no name', [], /missing required argument 'name'.*`glot models convert --help`/],
    ['a model that is not there', ['nirgends'], /nirgends is neither a file or folder nor the name of a model/],
    ['a model that was not pulled', ['LiquidAI/Fehlt'], /glot models pull LiquidAI\/Fehlt/],
    ['int4 for an encoder', ['encoder', '--precision', 'int4'], /f32 or int8, not in int4/],
    ['a precision that is none', ['encoder', '--precision', 'int2'], /'int2' is invalid.*f32, int8, int4/],
    ['a folder of documents', ['docs'], /docs/],
    ['a document', ['docs/bad.md'], /docs\/bad\.md is no model: a model is a folder, a \.gguf file or a pulled name/],
  ];
  it.each(refused)('refuses %s in one line', async (_title, args, line) => {
    const run = await glot('models', 'convert', ...args);
    expect(run.stderr.trimEnd().split('\n')).toHaveLength(1);
    expect(run.stderr).toMatch(line);
    expect(run.stderr).not.toMatch(/unexpected error/);
    expect(run.stdout).toBe('');
    expect(run.code).toBe(2);
  });
});

describe('--model and --precision', () => {
  it('take a .gguf file for indexing, searching and asking', async () => {
    const assumed = await glot('index', 'docs', '--model', 'only-gguf', '--index', 'assumed.db');
    expect(assumed.stderr).toMatch(/mini-Q8_0\.gguf .*LFM2-ColBERT/);
    // The embedded model was trained without query expansion: it wants its own settings.
    mkdirSync(join(folder, 'exact'));
    for (const [from, to] of [
      ['only-gguf', 'mini-Q8_0.gguf'],
      ['encoder', 'config_sentence_transformers.json'],
    ] as const) {
      cpSync(join(folder, from, to), join(folder, 'exact', to));
    }
    const model = ['--model', 'exact/mini-Q8_0.gguf', '--index', 'gguf.db'];
    const index = await glot('index', 'docs', ...model);
    expect([index.code, index.stderr]).toEqual([0, '']);
    const search = await glot('search', 'いつ開きますか 資料館', ...model, '--mode', 'semantic', '--json');
    expect(JSON.parse(search.stdout).hits[0].path).toBe('docs/muse.md');
    expect(search.stderr).toBe('');
    const ask = await glot('ask', 'Wann öffnet das Freibad?', ...model, '--json');
    expect(ask.code).toBeLessThan(2);
    const other = await glot('search', 'x', '--index', 'gguf.db', '--mode', 'semantic');
    expect(other.stderr).toMatch(/mini-Q8_0 .*glot-colbert-mini .*--model/);
    expect(other.code).toBe(2);
  });

  it('keep an index to one precision, which need not be said again', async () => {
    const int8 = ['--precision', 'int8', '--index', 'int8.db'];
    expect((await glot('index', 'docs', ...int8)).code).toBe(0);
    const search = ['search', '資料館', '--mode', 'semantic', '-l', '--index', 'int8.db'];
    for (const said of [['--precision', 'int8'], []]) {
      expect((await glot(...search, ...said)).stdout).toMatch(/^docs\/muse\.md/);
    }
    const again = await glot('index', 'docs', '--index', 'int8.db');
    expect([again.code, again.stderr]).toEqual([0, '']);
    expect((await glot('status', '--index', 'int8.db')).stdout).toMatch(/encoder +.*, int8\n/);
    for (const command of [search, ['index', 'docs', '--index', 'int8.db']]) {
      const other = await glot(...command, '--precision', 'f32');
      expect(other.code).toBe(2);
      expect(other.stderr).toMatch(/dimensions, int8\).*--precision/);
    }
    const wrong = await glot('index', 'docs', '--precision', 'int4');
    expect(wrong.stderr).toMatch(/'int4' is invalid.*f32, int8/);
  });

  it('say in one line that a text model is no encoder', async () => {
    const run = await glot('index', 'docs', '--model', 'writer.gguf', '--index', 'no.db');
    expect(run.stderr.trimEnd().split('\n')).toHaveLength(1);
    expect(run.stderr).toMatch(/writer\.gguf is no late-interaction encoder.*--generator/);
    expect(run.code).toBe(2);
    expect(readdirSync(folder)).not.toContain('no.db');
  });
});

describe('a repository that holds one .gguf file', () => {
  const NAME = 'owner/Mini-GGUF';
  let server: HubServer;
  beforeAll(async () => {
    server = await HubServer.start();
    const file = readFileSync(join(folder, 'only-gguf', 'mini-Q8_0.gguf'));
    const settings = readFileSync(join(folder, 'encoder', 'config_sentence_transformers.json'), 'utf8');
    const files = {
      'README.md': '# ミニ',
      'mini-Q8_0.gguf': new Uint8Array(file),
      'config_sentence_transformers.json': settings,
      'sentence_bert_config.json': '{"do_lower_case": false}',
      'other/sentence_bert_config.json': '{"do_lower_case": true}',
    };
    server.repos.set(NAME, { commit: 'c0ffee'.padEnd(40, '0'), files });
    env = { ...env, HF_ENDPOINT: server.endpoint };
  });
  afterAll(() => server.stop());

  it('is pulled, listed, checked, converted and named as the model of an index', async () => {
    const pull = await glot('models', 'pull', NAME);
    expect([pull.code, pull.stderr]).toEqual([
      0,
      expect.stringMatching(/pulled owner\/Mini-GGUF: 3 files, .*all checked/),
    ]);
    const place = join(env.GLOT_MODELS!, 'owner', 'Mini-GGUF', 'mini-Q8_0.gguf');
    expect(pull.stdout).toBe(`${place}\n`);
    expect((await glot('models', 'path', NAME)).stdout).toBe(`${place}\n`);
    expect((await glot('models', 'list')).stdout).toMatch(/^owner\/Mini-GGUF {2}\d+(\.\d)? MB {2}/);
    const verify = await glot('models', 'verify', NAME);
    expect(verify.code).toBe(0);
    expect(verify.stdout.trimEnd().split('\n').sort()).toEqual([
      'sound    config_sentence_transformers.json',
      'sound    mini-Q8_0.gguf',
      'sound    sentence_bert_config.json',
    ]);
    const convert = await glot('models', 'convert', NAME, '--precision', 'int8');
    expect(convert.stderr).toMatch(/owner\/Mini-GGUF \(encoder\) converted: int8/);
    const index = await glot('index', 'docs', '--model', NAME, '--precision', 'int8', '--index', 'pulled.db');
    // Nothing is taken for granted: the settings came along.
    expect([index.code, index.stderr]).toEqual([0, '']);
    const status = await glot('status', '--index', 'pulled.db', '--json');
    expect(status.stdout).toContain('mini-Q8_0');
  });
});

describe('glot models list, path and verify', () => {
  it('say what to do where nothing was pulled', async () => {
    const empty = { cwd: folder, env: { GLOT_MODELS: join(folder, 'none', 'models') } };
    const glot = (...args: string[]) => runGlot(args, empty);
    const list = await glot('models', 'list');
    expect([list.code, list.stdout]).toEqual([1, '']);
    expect(list.stderr).toMatch(/glot models pull OWNER\/NAME/);
    for (const command of ['path', 'verify']) {
      const run = await glot('models', command, 'LiquidAI/Fehlt');
      expect(run.code).toBe(2);
      expect(run.stderr).toMatch(/^glot: LiquidAI\/Fehlt .*`glot models pull LiquidAI\/Fehlt`\n$/);
      const bad = await glot('models', command, 'fehlt');
      expect(bad.stderr).toMatch(/"fehlt" names no model; write owner\/name/);
    }
  });
});
