import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative, resolve, sep } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';

const root = fileURLToPath(new URL('../..', import.meta.url));

/** From the ground up: each may import those before it. */
const LAYERS = [
  'errors',
  'text',
  'kernels',
  'checkpoints',
  'lfm2',
  'encoder',
  'ingest',
  'index',
  'rag',
  'eval',
  'glot',
  'cli',
  'bench',
];

const folderOf = (name: string) => (['cli', 'eval', 'bench'].includes(name) ? name : join('packages', name));

function sources(name: string): string[] {
  const source = join(root, folderOf(name), 'src');
  return readdirSync(source, { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.ts') && !/(?:\.(?:test|cases)|fixtures)\.ts$/u.test(file))
    .map((file) => join(source, file));
}

function importsOf(file: string): string[] {
  const text = readFileSync(file, 'utf8');
  return Array.from(text.matchAll(/(?:from|import\()\s*'([^']+)'/gu), ([, module]) => module!);
}

/** Every way from a node back to itself, once. */
function circles(graph: ReadonlyMap<string, ReadonlySet<string>>): string[][] {
  const found: string[][] = [];
  const done = new Set<string>();
  const walk = (node: string, path: readonly string[]): void => {
    const at = path.indexOf(node);
    if (at !== -1) found.push([...path.slice(at), node]);
    if (at !== -1 || done.has(node)) return;
    for (const next of graph.get(node) ?? []) walk(next, [...path, node]);
    done.add(node);
  };
  for (const node of graph.keys()) walk(node, []);
  return found;
}

const shown = (file: string) => relative(root, file).split(sep).join('/');

describe('imports', () => {
  it('of packages never turn back', () => {
    const wrong = LAYERS.flatMap((name, layer) =>
      sources(name).flatMap((file) =>
        importsOf(file)
          .filter((module) => module.startsWith('@glot/') && LAYERS.indexOf(module.split('/')[1]!) > layer)
          .map((module) => `${shown(file)} -> ${module}`),
      ),
    );
    expect(wrong).toEqual([]);
  });

  it('of what is published know no package of tests, and that package knows none of them', () => {
    const layers = LAYERS.filter((name) => name !== 'bench');
    const published = layers.flatMap(sources).filter((file) => !file.includes(`${sep}testing${sep}`));
    const wrong = [...published.filter((file) => importsOf(file).includes('@glot/testing')), ...sources('testing')]
      .filter((file) => importsOf(file).some((module) => module.startsWith('@glot/')))
      .map(shown);
    expect(wrong).toEqual([]);
    for (const name of layers) {
      const manifest = JSON.parse(readFileSync(join(root, folderOf(name), 'package.json'), 'utf8'));
      expect(Object.keys(manifest.dependencies ?? {}), name).not.toContain('@glot/testing');
    }
  });

  it.each([...LAYERS, 'testing'])('of files in %s run in no circle, types included', (name) => {
    const graph = new Map<string, Set<string>>();
    for (const file of sources(name)) {
      const near = importsOf(file).filter((module) => module.startsWith('.'));
      graph.set(
        shown(file),
        new Set(near.map((module) => shown(resolve(dirname(file), module.replace(/\.js$/u, '.ts'))))),
      );
    }
    expect(circles(graph)).toEqual([]);
  });

  it('of rooms in the SQLite index point one way', () => {
    const graph = new Map<string, Set<string>>();
    const base = join(root, 'packages', 'index', 'src', 'sqlite');
    const roomOf = (file: string) => relative(base, dirname(file)) || '.';
    for (const file of sources('index').filter((one) => one.startsWith(base + sep))) {
      const others = importsOf(file)
        .filter((module) => module.startsWith('.'))
        .map((module) => resolve(dirname(file), module))
        .filter((other) => other.startsWith(base + sep))
        .map(roomOf)
        .filter((room) => room !== roomOf(file));
      graph.set(roomOf(file), new Set([...(graph.get(roomOf(file)) ?? []), ...others]));
    }
    expect(circles(graph)).toEqual([]);
  });
});
