import { copyFile, link, mkdir, rename, rm, rmdir, stat, statfs } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { GlotError, isGlotError, throwIfAborted } from '@glot/errors';
import { isGguf } from '../gguf/is-gguf.js';
import { download, PATIENCE, type Patience } from './download.js';
import { HubClient, type RemoteFile } from './hub-client.js';
import { findModel, type LocalModel, pathIn } from './local-models.js';
import { isAbsent, type ManifestEntry, syncFolder, writeManifest } from './manifest.js';
import { formatModelName, type ModelName, modelSubfolder, parseModelName } from './model-name.js';
import { withPullLock } from './pull-lock.js';
import { type HubSettings, hubSettings } from './settings.js';
import { wantedFiles, withSettings } from './wanted-files.js';

export interface PullProgress {
  /** File on its way, and how much of it is on disk. */
  readonly path: string;
  readonly fileBytes: number;
  readonly fileTotalBytes: number;
  /** Of the whole model. */
  readonly bytes: number;
  readonly totalBytes: number;
}

export interface PullOptions extends Partial<HubSettings> {
  /** Branch, tag or commit; wins over the one in the name. */
  readonly revision?: string | undefined;
  /** A .gguf file by name or quantization; wins over the one in the name. */
  readonly file?: string | undefined;
  readonly signal?: AbortSignal | undefined;
  readonly onProgress?: ((progress: PullProgress) => void) | undefined;
  readonly patience?: Partial<Patience> | undefined;
}

export interface PullResult {
  readonly model: LocalModel;
  /** The folder or .gguf file, as `Checkpoint.open` takes it. */
  readonly path: string;
  /** False where all was there already. */
  readonly changed: boolean;
}

/** Folder below the models folder where unfinished models grow. */
const INCOMING = '.incoming';

/**
 * Fetches what glot needs of a model into the models folder: the checkpoint folder, or one .gguf file. Goes on where
 * an interrupted pull stopped. Every file is checked; the model appears only when it is whole.
 * @param name `owner/name`, `owner/name@revision`, `owner/name:file.gguf`, `owner/name:Q4_0`
 * @throws GlotError `hub.name`, `hub.offline`, `hub.not-found`, `hub.unauthorized`, `hub.network`, `hub.checksum`,
 *   `hub.bad-answer`, `hub.unsafe-path`, `hub.no-model`, `hub.choose-file`, `hub.no-space`, `hub.disk`, `hub.busy`, `AbortError`
 * @example
 * const { path } = await pullModel('LiquidAI/LFM2-350M', { onProgress: ({ bytes, totalBytes }) => draw(bytes / totalBytes) });
 * const checkpoint = await Checkpoint.open(path);
 */
export async function pullModel(name: string, options: PullOptions = {}): Promise<PullResult> {
  const settings = hubSettings(options);
  const parsed = parseModelName(name);
  const { revision = parsed.revision, file = parsed.file } = options;
  const wanted = parseModelName(formatModelName({ ...parsed, revision, file }));
  throwIfAborted(options.signal);
  if (settings.offline) return offline(wanted, settings);
  try {
    return await new Pull(wanted, settings, options).run();
  } catch (error) {
    if (isGlotError(error) || !(error instanceof Error && 'syscall' in error)) throw error;
    throw new GlotError('hub.disk', `cannot write the model below ${settings.folder}: ${error.message}`, {
      cause: error,
    });
  }
}

async function offline(wanted: ModelName, settings: HubSettings): Promise<PullResult> {
  const model = await findModel(wanted, settings);
  if (model !== null) return { model, path: pathIn(model, wanted.file), changed: false };
  const name = formatModelName(wanted);
  throw new GlotError('hub.offline', `${name} was not pulled, and HF_HUB_OFFLINE forbids to ask the hub; unset it`, {
    details: { name },
  });
}

class Pull {
  readonly #wanted: ModelName;
  readonly #settings: HubSettings;
  readonly #options: PullOptions;
  readonly #client: HubClient;
  readonly #final: string;
  readonly #incoming: string;

  constructor(wanted: ModelName, settings: HubSettings, options: PullOptions) {
    this.#wanted = wanted;
    this.#settings = settings;
    this.#options = options;
    this.#client = new HubClient({ settings, signal: options.signal });
    this.#final = join(settings.folder, ...modelSubfolder(wanted));
    this.#incoming = join(settings.folder, INCOMING, ...modelSubfolder(wanted));
  }

  async run(): Promise<PullResult> {
    const { repo, file } = this.#wanted;
    const commit = await this.#client.commitOf(this.#wanted);
    const files = wantedFiles(await this.#client.filesOf(repo, commit), file, repo);
    await mkdir(this.#incoming, { recursive: true });
    return withPullLock(join(this.#incoming, 'lock'), async () => {
      const present = await findModel(this.#wanted, this.#settings);
      if (present !== null && (await holds(present, files))) return this.#result(present, files, false);
      await this.#fetch(commit, files, present);
      const model = await findModel(this.#wanted, this.#settings);
      return this.#result(model!, files, true);
    }).finally(() => removeEmpty(this.#incoming, this.#settings.folder));
  }

  #result(model: LocalModel, files: readonly RemoteFile[], changed: boolean): PullResult {
    // A .gguf file comes first and alone of its kind.
    const [first] = files;
    const choice = first && isGguf(first.path) ? first.path : null;
    return { model, path: pathIn(model, choice), changed };
  }

  async #fetch(commit: string, files: readonly RemoteFile[], present: LocalModel | null): Promise<void> {
    const staging = join(this.#incoming, commit);
    await mkdir(staging, { recursive: true });
    for (const file of files) await takeOver(present, file, staging);
    await this.#checkSpace(files, staging);

    const totalBytes = files.reduce((sum, { bytes }) => sum + bytes, 0);
    const entries: ManifestEntry[] = [];
    let before = 0;
    for (const file of files) {
      const sha256 = await this.#download(commit, file, staging, (fileBytes) =>
        this.#options.onProgress?.({
          path: file.path,
          fileBytes,
          fileTotalBytes: file.bytes,
          bytes: before + fileBytes,
          totalBytes,
        }),
      );
      before += file.bytes;
      entries.push({ path: file.path, bytes: file.bytes, sha256, hubId: file.checksum.value });
    }
    for (const entry of otherModels(present?.files ?? [], files)) {
      if (entries.some(({ path }) => path === entry.path)) continue;
      await linkOrCopy(join(present!.folder, entry.path), join(staging, entry.path));
      entries.push(entry);
    }
    const { repo, revision } = this.#wanted;
    const { endpoint } = this.#settings;
    const pulledAt = new Date().toISOString();
    await writeManifest(staging, { format: 1, repo, revision, commit, endpoint, pulledAt, files: entries });
    throwIfAborted(this.#options.signal);
    await this.#publish(staging);
  }

  async #download(
    commit: string,
    file: RemoteFile,
    staging: string,
    onBytes: (bytes: number) => void,
  ): Promise<string> {
    const target = join(staging, file.path);
    await mkdir(dirname(target), { recursive: true });
    const { signal } = this.#options;
    const patience = { ...PATIENCE, ...this.#options.patience };
    return download({ client: this.#client, repo: this.#wanted.repo, commit, file, target, patience, signal, onBytes });
  }

  async #checkSpace(files: readonly RemoteFile[], staging: string): Promise<void> {
    let missing = 0;
    for (const { path, bytes } of files) missing += bytes - Math.min(bytes, await sizeOf(join(staging, path)));
    const { bavail, bsize } = await statfs(staging);
    if (missing <= bavail * bsize) return;
    throw new GlotError(
      'hub.no-space',
      `${this.#wanted.repo} needs ${missing} more bytes below ${this.#settings.folder}, where ${bavail * bsize} are free; ` +
        'make room or set GLOT_MODELS',
      { details: { missing, free: bavail * bsize } },
    );
  }

  // Either the old or the new model stands at any moment, but for the one between the two renames.
  async #publish(staging: string): Promise<void> {
    const old = join(this.#incoming, 'old');
    await rm(old, { recursive: true, force: true });
    await mkdir(dirname(this.#final), { recursive: true });
    await rename(this.#final, old).catch((error: unknown) => {
      if (!isAbsent(error)) throw error;
    });
    await rename(staging, this.#final).catch(async (error: unknown) => {
      await rename(old, this.#final).catch(() => {});
      throw error;
    });
    await syncFolder(dirname(this.#final));
    // what is left of earlier pulls as well
    await rm(this.#incoming, { recursive: true, force: true });
  }
}

/** Whether a pulled model has all these files as the hub has them now, and none that the hub dropped. */
async function holds(model: LocalModel, files: readonly RemoteFile[]): Promise<boolean> {
  for (const file of files) if (!(await current(model, file))) return false;
  const expected = new Set([...otherModels(model.files, files), ...files].map(({ path }) => path));
  return model.files.every(({ path }) => expected.has(path));
}

/** What stays when these files are pulled: other .gguf files, each of them a model of its own. */
function otherModels(present: readonly ManifestEntry[], pulled: readonly RemoteFile[]): ManifestEntry[] {
  const others = present.filter(({ path }) => isGguf(path) && !pulled.some((file) => file.path === path));
  return others.flatMap((gguf) => withSettings(gguf, present));
}

/** The path of a file that was pulled before and that the hub still has. */
async function current(model: LocalModel | null, { path, bytes, checksum }: RemoteFile): Promise<string | null> {
  const entry = model?.files.find((known) => known.path === path);
  if (!model || entry?.hubId !== checksum.value) return null;
  const file = join(model.folder, path);
  return (await sizeOf(file)) === bytes ? file : null;
}

// Only whole files are linked: a partial one would grow in both places.
async function takeOver(present: LocalModel | null, file: RemoteFile, staging: string): Promise<void> {
  const source = await current(present, file);
  const target = join(staging, file.path);
  if (source !== null && (await sizeOf(target)) !== file.bytes) await linkOrCopy(source, target);
}

async function linkOrCopy(source: string, target: string): Promise<void> {
  await mkdir(dirname(target), { recursive: true });
  await rm(target, { force: true });
  await link(source, target).catch(() => copyFile(source, target));
}

async function sizeOf(path: string): Promise<number> {
  return stat(path).then(
    (stats) => stats.size,
    () => 0,
  );
}

async function removeEmpty(folder: string, root: string): Promise<void> {
  for (let at = folder; at !== root; at = dirname(at)) {
    try {
      await rmdir(at);
    } catch (error) {
      if (!isAbsent(error)) return;
    }
  }
}
