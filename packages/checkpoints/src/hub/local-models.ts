import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { GlotError, isGlotError, throwIfAborted } from '@glot/errors';
import { isGguf } from '../gguf/is-gguf.js';
import { FileDigest } from './file-digest.js';
import { isAbsent, type Manifest, type ManifestEntry, readManifest } from './manifest.js';
import { formatModelName, type ModelName, modelSubfolder, parseModelName } from './model-name.js';
import { type HubSettings, hubSettings } from './settings.js';
import { chooseGguf } from './wanted-files.js';

/** A pulled model. */
export interface LocalModel {
  /** What it is called in `modelPath`: `owner/name` or `owner/name@revision`. */
  readonly name: string;
  readonly repo: string;
  readonly revision: string;
  /** Commit of the latest pull. */
  readonly commit: string;
  readonly folder: string;
  readonly files: readonly ManifestEntry[];
  readonly bytes: number;
  /** ISO 8601. */
  readonly pulledAt: string;
}

/** What became of the files of a model since they were pulled. */
export interface Verification {
  readonly name: string;
  readonly folder: string;
  readonly sound: boolean;
  readonly files: readonly { readonly path: string; readonly state: 'sound' | 'missing' | 'changed' }[];
}

export interface VerifyOptions extends Partial<HubSettings> {
  readonly signal?: AbortSignal | undefined;
  readonly onProgress?: (progress: {
    readonly path: string;
    readonly bytes: number;
    readonly totalBytes: number;
  }) => void;
}

/** All pulled models, by name. @throws GlotError `hub.manifest` */
export async function listModels(options: Partial<HubSettings> = {}): Promise<LocalModel[]> {
  const { folder } = hubSettings(options);
  const models: LocalModel[] = [];
  for (const owner of await subfolders(folder)) {
    for (const name of await subfolders(join(folder, owner))) {
      const path = join(folder, owner, name);
      const manifest = await readManifest(path);
      if (manifest !== null) models.push(localModel(path, manifest));
    }
  }
  return models;
}

/** A pulled model by name, null where it was not pulled. @throws GlotError `hub.name`, `hub.manifest` */
export async function findModel(
  name: string | ModelName,
  options: Partial<HubSettings> = {},
): Promise<LocalModel | null> {
  const { folder } = hubSettings(options);
  const path = join(folder, ...modelSubfolder(typeof name === 'string' ? parseModelName(name) : name));
  const manifest = await readManifest(path);
  return manifest && localModel(path, manifest);
}

/**
 * Hashes the files of a pulled model again, without the network.
 * @throws GlotError `hub.name`, `hub.not-pulled`, `hub.manifest`, `AbortError`
 */
export async function verifyModel(name: string, options: VerifyOptions = {}): Promise<Verification> {
  const { signal, onProgress } = options;
  const model = (await findModel(name, options)) ?? notPulled(name);
  const files: { path: string; state: 'sound' | 'missing' | 'changed' }[] = [];
  let bytes = 0;
  for (const file of model.files) {
    throwIfAborted(signal);
    files.push({ path: file.path, state: await stateOf(model.folder, file, signal) });
    bytes += file.bytes;
    onProgress?.({ path: file.path, bytes, totalBytes: model.bytes });
  }
  return { name: model.name, folder: model.folder, sound: files.every(({ state }) => state === 'sound'), files };
}

/**
 * Where a pulled model lies: its folder, or its .gguf file, as `Checkpoint.open` takes it.
 * @param name `owner/name`, `owner/name@revision`, and `:file.gguf` or `:Q4_0` where several .gguf files were pulled
 * @throws GlotError `hub.name`, `hub.not-pulled`, `hub.choose-file`, `hub.no-model`, `hub.manifest`
 */
export async function modelPath(name: string, options: Partial<HubSettings> = {}): Promise<string> {
  const { file } = parseModelName(name);
  const model = (await findModel(name, options)) ?? notPulled(name);
  return pathIn(model, file);
}

/** As `modelPath`, of a model at hand. */
export function pathIn(model: LocalModel, choice: string | null): string {
  const { files, folder, name } = model;
  if (choice !== null) return join(folder, chooseGguf(files, choice, name).path);
  const several = (names: readonly string[]) =>
    new GlotError(
      'hub.choose-file',
      `several files of ${name} were pulled; name one, as in ${name}:${names[0]}: ${names.join(', ')}`,
      { details: { name, files: names } },
    );
  return checkpointAmong(
    folder,
    files.map(({ path }) => path),
    several,
  );
}

// The folder itself where it holds a configuration or no .gguf file, else its only .gguf file.
function checkpointAmong(
  folder: string,
  names: readonly string[],
  several: (ggufs: readonly string[]) => GlotError,
): string {
  const [gguf, ...more] = names.filter((name) => isGguf(name));
  if (gguf === undefined || names.includes('config.json')) return folder;
  if (more.length > 0) throw several([gguf, ...more]);
  return join(folder, gguf);
}

/**
 * What a user means by a model: a folder or file if there is one of that name, else a pulled model. A folder that is no
 * checkpoint but holds one .gguf file means this file.
 * @throws GlotError as `modelPath`
 */
export async function resolveModel(nameOrPath: string, options: Partial<HubSettings> = {}): Promise<string> {
  const stats = await stat(nameOrPath).catch(() => null);
  if (stats?.isDirectory()) return checkpointIn(nameOrPath);
  if (stats !== null) {
    if (isGguf(nameOrPath)) return nameOrPath;
    throw new GlotError('hub.name', `${nameOrPath} is no model: a model is a folder, a .gguf file or a pulled name`, {
      details: { name: nameOrPath },
    });
  }
  try {
    return await modelPath(nameOrPath, options);
  } catch (cause) {
    if (!isGlotError(cause, 'hub.name')) throw cause;
    throw new GlotError('hub.name', `${nameOrPath} is neither a file or folder nor the name of a model (owner/name)`, {
      cause,
      details: { name: nameOrPath },
    });
  }
}

async function checkpointIn(folder: string): Promise<string> {
  const names = (await readdir(folder)).sort();
  return checkpointAmong(
    folder,
    names,
    (files) =>
      new GlotError('hub.choose-file', `several .gguf files lie in ${folder}; name one: ${files.join(', ')}`, {
        details: { folder, files },
      }),
  );
}

function localModel(folder: string, manifest: Manifest): LocalModel {
  const { repo, revision, commit, files, pulledAt } = manifest;
  const bytes = files.reduce((sum, file) => sum + file.bytes, 0);
  return {
    name: formatModelName({ repo, revision, file: null }),
    repo,
    revision,
    commit,
    folder,
    files,
    bytes,
    pulledAt,
  };
}

function notPulled(name: string): never {
  throw new GlotError('hub.not-pulled', `${name} is neither a file or folder nor a pulled model`, {
    details: { name },
  });
}

async function stateOf(folder: string, file: ManifestEntry, signal: AbortSignal | undefined) {
  const path = join(folder, file.path);
  const stats = await stat(path).catch(() => null);
  if (!stats?.isFile()) return 'missing';
  if (stats.size !== file.bytes) return 'changed';
  const digest = new FileDigest(file.bytes);
  await digest.addFile(path, signal);
  throwIfAborted(signal);
  return digest.finish().sha256 === file.sha256 ? 'sound' : 'changed';
}

async function subfolders(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { withFileTypes: true }).catch((error: unknown) => {
    if (isAbsent(error)) return [];
    throw error;
  });
  const names = entries.filter((entry) => entry.isDirectory() && !entry.name.startsWith('.')).map(({ name }) => name);
  return names.sort();
}
