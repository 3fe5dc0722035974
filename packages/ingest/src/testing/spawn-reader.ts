/** A reader from some copy of the sources, in a process of its own. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import path from 'node:path';

/** Reads files in a process of its own and prints a line when it begins and one for each outcome. */
export function spawnReader(source: string, files: readonly string[], limits: object): ChildProcess {
  const hooks = new URL('../parsing/source-hooks.mjs', import.meta.url).href;
  const program = `
    import { createReader, walkFiles } from ${JSON.stringify(path.join(source, 'index.ts'))};
    const reader = createReader({ limits: ${JSON.stringify(limits)} });
    process.stdout.write('begin\\n');
    try {
      for await (const entry of walkFiles(${JSON.stringify(files)})) {
        const { status, skipped, document } = await reader.read(entry);
        process.stdout.write([status, skipped?.reason, skipped?.detail, document?.format, document?.passages[0].text].filter(Boolean).join(' ') + '\\n');
      }
    } catch (error) {
      process.stdout.write('error ' + error.code + ' ' + error.message + '\\n');
    }
    await reader.dispose();`;
  return spawn(
    process.execPath,
    [
      '--conditions=glot-source',
      '--import',
      `data:text/javascript,import{register}from'node:module';register('${hooks}')`,
      '--input-type=module',
      '--eval',
      program,
    ],
    { stdio: ['ignore', 'pipe', 'inherit'] },
  );
}

/** Its lines after the first. */
export async function outputOf(child: ChildProcess): Promise<string[]> {
  let output = '';
  child.stdout!.setEncoding('utf8').on('data', (chunk: string) => {
    output += chunk;
  });
  await once(child, 'close');
  return output
    .trim()
    .split('\n')
    .slice(1)
    .map((line) => line.trim());
}
