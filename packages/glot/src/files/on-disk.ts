/**
 * Whether the files of documents are still as they were when they were indexed.
 * @module
 */
import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { pipeline } from 'node:stream/promises';
import type { FileLedger, Hit, StoredFile } from '@glot/index';
import type { AnswerEvent } from '@glot/rag';
import type { DocumentPaths } from './document-path.js';

export type OnDisk = NonNullable<Hit['onDisk']>;

export interface FilesOnDisk {
  readonly ledger: FileLedger;
  readonly paths: DocumentPaths;
}

/** A file larger than this is taken for changed where only its times say so. */
const COMPARED_BYTES = 16 * 2 ** 20;

/** Of documents whose files are gone or changed since; those that cannot be looked at for now are not among them. */
export async function statesOnDisk(
  keys: Iterable<string>,
  { ledger, paths }: FilesOnDisk,
): Promise<Map<string, OnDisk>> {
  const files = (await ledger.filesAt([...new Set(keys)])).filter(({ indexed }) => indexed);
  const states = await Promise.all(files.map((file) => stateOf(file, paths.toAbsolute(file.path))));
  return new Map(files.flatMap(({ path }, at) => (states[at] ? [[path, states[at]] as const] : [])));
}

export async function hitsOnDisk(hits: readonly Hit[], files: FilesOnDisk): Promise<Hit[]> {
  const states = await statesOnDisk(
    hits.map(({ path }) => path),
    files,
  );
  return hits.map((hit) => marked(hit, states.get(hit.path)));
}

/** The same events; hits and citations say where a file is no longer as it was quoted. */
export async function* eventsOnDisk<Event>(
  events: AsyncIterable<Event | AnswerEvent>,
  files: FilesOnDisk,
): AsyncGenerator<Event | AnswerEvent, void, void> {
  const known = new Map<string, OnDisk | undefined>();
  for await (const event of events) {
    const { type } = event as AnswerEvent;
    if (type === 'retrieved') {
      const retrieved = event as AnswerEvent & { type: 'retrieved' };
      yield { ...retrieved, hits: await hitsOnDisk(retrieved.hits, files) };
    } else if (type === 'citation') {
      const cited = event as AnswerEvent & { type: 'citation' };
      const { path } = cited.citation;
      if (!known.has(path)) known.set(path, (await statesOnDisk([path], files)).get(path));
      yield { ...cited, citation: marked(cited.citation, known.get(path)) };
    } else yield event;
  }
}

function marked<T extends object>(one: T, onDisk: OnDisk | undefined): T {
  return onDisk === undefined ? one : { ...one, onDisk };
}

async function stateOf(file: StoredFile, absolute: string): Promise<OnDisk | undefined> {
  try {
    const { size, mtimeMs, ctimeMs } = await stat(absolute);
    if (size !== file.sizeBytes) return 'changed';
    if (mtimeMs === file.modifiedMs && (file.changedMs === 0 || ctimeMs === file.changedMs)) return undefined;
    return size > COMPARED_BYTES || (await hashOf(absolute)) !== file.contentHash ? 'changed' : undefined;
  } catch (error) {
    return ['ENOENT', 'ENOTDIR'].includes((error as NodeJS.ErrnoException).code ?? '') ? 'gone' : undefined;
  }
}

async function hashOf(absolute: string): Promise<string> {
  const hash = createHash('sha256');
  await pipeline(createReadStream(absolute), hash);
  return hash.digest('hex');
}
