import { dirname, join } from 'node:path';
import { GgufFile } from './gguf/gguf-file.js';
import { isGguf } from './gguf/is-gguf.js';
import type { TokenizerFiles } from './gguf/tokenizer.js';
import { JsonFiles } from './json-files.js';
import { readRegularBytes } from './regular-file.js';
import { SafetensorsFile } from './safetensors/safetensors-file.js';
import { openFolderWeights, type TensorFile, type Weights } from './weights.js';

/** A parsed JSON file. */
export interface JsonSource {
  readonly json: unknown;
  /** The file that it stands in, for messages. */
  readonly path: string;
}

/** Tensors of a part of a model that lies beside its trunk. */
export interface ModuleTensors {
  readonly file: TensorFile;
  /** Stands before the names that the part gives its tensors. */
  readonly prefix: string;
}

/**
 * An open checkpoint: a folder with config.json and safetensors weights, or one GGUF file. What it consists of is asked
 * for in the same way, and every file is opened, read and hashed once at most, when it is first needed.
 */
export class ModelFiles {
  /** The folder, or the GGUF file. */
  readonly path: string;
  /** Files that lie in the folder, or beside the GGUF file. */
  readonly json: JsonFiles;
  readonly #gguf: GgufFile | null;
  readonly #modules = new Map<string, Promise<TensorFile>>();
  #weights: Promise<Weights> | undefined;
  readonly #parsed = new Map<string, Promise<JsonSource>>();
  #ggufTokenizer: TokenizerFiles | undefined;

  /**
   * @param path a folder, of which nothing is read yet, or a file whose name ends in .gguf
   * @throws GlotError `lfm2.not-found`, `lfm2.gguf`, `lfm2.dtype`, `lfm2.unsupported`
   */
  static async open(path: string): Promise<ModelFiles> {
    return new ModelFiles(path, isGguf(path) ? await GgufFile.open(path) : null);
  }

  private constructor(path: string, gguf: GgufFile | null) {
    this.path = path;
    this.json = new JsonFiles(gguf === null ? path : dirname(path));
    this.#gguf = gguf;
  }

  get isGguf(): boolean {
    return this.#gguf !== null;
  }

  /** Where `config` stands, for messages. */
  get configPath(): string {
    return this.#gguf === null ? join(this.path, 'config.json') : this.path;
  }

  /** The parsed config.json, or what it would say. @throws GlotError `lfm2.not-found`, `lfm2.json`, `lfm2.config`, `lfm2.unsupported`, `lfm2.tensor` */
  async config(): Promise<unknown> {
    return this.#gguf === null ? this.json.read('config.json') : this.#gguf.configJson();
  }

  /** tokenizer.json. @throws GlotError `lfm2.not-found`, `lfm2.json`, `lfm2.tokenizer` */
  tokenizer(): Promise<JsonSource> {
    return this.#json('tokenizer.json', ({ tokenizer }) => tokenizer);
  }

  /** tokenizer_config.json. @throws GlotError as `tokenizer` */
  tokenizerConfig(): Promise<JsonSource> {
    return this.#json('tokenizer_config.json', ({ config }) => config);
  }

  /** A chat template that stands outside of tokenizer_config.json, or null. */
  async chatTemplate(): Promise<string | null> {
    if (this.#gguf !== null) {
      const template = this.#gguf.metadata.get('tokenizer.chat_template');
      return typeof template === 'string' ? template : null;
    }
    const bytes = await readRegularBytes(join(this.path, 'chat_template.jinja')).catch(() => null);
    return bytes?.toString('utf8') ?? null;
  }

  /** @throws GlotError `lfm2.not-found`, `lfm2.safetensors`, `lfm2.config`, `lfm2.tensor` */
  weights(): Promise<Weights> {
    const gguf = this.#gguf;
    this.#weights ??=
      gguf === null
        ? openFolderWeights(this.path, this.json)
        : Promise.resolve({ files: [gguf], owner: new Map(gguf.names.map((name) => [name, gguf])) });
    return this.#weights;
  }

  /**
   * The tensors of a part that has a folder of its own (`1_Dense`).
   * @throws GlotError `lfm2.not-found`, `lfm2.safetensors`
   */
  async module(folder: string): Promise<ModuleTensors> {
    if (this.#gguf !== null) return { file: this.#gguf, prefix: `${folder}.` };
    const file = this.#modules.get(folder) ?? SafetensorsFile.open(join(this.path, folder, 'model.safetensors'));
    this.#modules.set(folder, file);
    return { file: await file, prefix: '' };
  }

  /**
   * Hashes of all that a model consists of, but for its settings: tokenizer, weights, and the weights of `modules`; of
   * a GGUF file, which holds all, its own.
   */
  async hashes(modules: readonly string[]): Promise<Buffer[]> {
    if (this.#gguf !== null) return [await this.#gguf.file.sha256()];
    const hashes = [await this.json.sha256('tokenizer.json'), await this.json.sha256('tokenizer_config.json')];
    for (const { file } of (await this.weights()).files) hashes.push(await file.sha256());
    for (const name of modules) hashes.push(await (await this.module(name)).file.file.sha256());
    return hashes;
  }

  async close(): Promise<void> {
    const opened = [this.#weights?.then(({ files }) => files), ...this.#modules.values()];
    const settled = await Promise.allSettled(opened);
    const files = settled.flatMap((one) => (one.status === 'fulfilled' ? (one.value ?? []) : []));
    await Promise.all(
      [...new Set([...files, ...(this.#gguf === null ? [] : [this.#gguf])])].map((file) => file.close()),
    );
  }

  #json(name: string, ofGguf: (files: TokenizerFiles) => unknown): Promise<JsonSource> {
    const known = this.#parsed.get(name);
    if (known !== undefined) return known;
    const parsed = this.#parse(name, ofGguf);
    this.#parsed.set(name, parsed);
    return parsed;
  }

  async #parse(name: string, ofGguf: (files: TokenizerFiles) => unknown): Promise<JsonSource> {
    if (this.#gguf === null) return { json: await this.json.read(name), path: join(this.path, name) };
    this.#ggufTokenizer ??= this.#gguf.tokenizerFiles();
    return { json: ofGguf(this.#ggufTokenizer), path: this.path };
  }
}

/** Opens the files of a path for the length of `use`; files that are open already stay so. */
export async function withModelFiles<T>(
  source: string | ModelFiles,
  use: (files: ModelFiles) => Promise<T>,
): Promise<T> {
  if (typeof source !== 'string') return use(source);
  const files = await ModelFiles.open(source);
  try {
    return await use(files);
  } finally {
    await files.close();
  }
}
