import { GlotError } from '@glot/errors';
import { CheckpointFile } from '../checkpoint-file.js';
import type { StoredTensor } from '../safetensors/stored-tensor.js';
import { widen } from '../safetensors/widen.js';
import { architectureOf, configJson } from './config.js';
import { corrupt } from './corrupt.js';
import { type GgufHeader, type GgufTensor, MAX_HEADER_BYTES, parseGgufHeader } from './header.js';
import type { Metadata } from './metadata.js';
import { huggingFaceName, huggingFaceShape } from './tensor-names.js';
import type { Dequantize, PlainType, TensorType } from './tensor-types.js';
import { type TokenizerFiles, tokenizerFiles } from './tokenizer.js';

/** A tensor in the blocks of its file: rows of whole blocks, one after the other. */
export interface StoredBlocks {
  readonly type: TensorType;
  readonly shape: readonly number[];
  readonly bytes: Uint8Array;
}

interface Entry extends GgufTensor {
  /** Hugging Face shape. */
  readonly outer: readonly number[];
}

const FIRST_READ_BYTES = 1024 * 1024;
// quantized tensors are read in pieces of about this size, so that stored and widened numbers need not fit both
const PIECE_BYTES = 4 * 1024 * 1024;

/**
 * One open GGUF file, with the tensors under their Hugging Face names (`model.layers.0.conv.in_proj.weight`) and in
 * Hugging Face shapes. Opening reads and checks the header only; tensors are read one at a time.
 */
export class GgufFile {
  readonly file: CheckpointFile;
  readonly metadata: Metadata;
  readonly #entries: ReadonlyMap<string, Entry>;

  /** @throws GlotError `lfm2.not-found`, `lfm2.gguf`, `lfm2.dtype`, `lfm2.unsupported` */
  static async open(path: string): Promise<GgufFile> {
    const file = await CheckpointFile.open(path);
    try {
      const header = await readHeader(file);
      architectureOf(header.metadata, path);
      return new GgufFile(file, header.metadata, namedEntries(header, path));
    } catch (error) {
      await file.close();
      throw error;
    }
  }

  private constructor(file: CheckpointFile, metadata: Metadata, entries: ReadonlyMap<string, Entry>) {
    this.file = file;
    this.metadata = metadata;
    this.#entries = entries;
  }

  get path(): string {
    return this.file.path;
  }

  /** Names of the tensors, in the order of the file. */
  get names(): string[] {
    return [...this.#entries.keys()];
  }

  /** Type and shape of a tensor as `read` gives it, undefined where there is none of that name. */
  describe(name: string): { readonly dtype: PlainType; readonly shape: readonly number[] } | undefined {
    const entry = this.#entries.get(name);
    return entry && { dtype: plainType(entry), shape: entry.outer };
  }

  /** Bits of a number of a tensor in blocks of 32 with one scale; null for all others. */
  blockBits(name: string): 4 | 8 | null {
    const type = this.#entries.get(name)?.layout.name;
    return type === 'Q4_0' ? 4 : type === 'Q8_0' ? 8 : null;
  }

  /** A plain tensor as it is stored, a quantized one as F32. @throws GlotError `lfm2.tensor`, `lfm2.gguf` */
  async read(name: string): Promise<StoredTensor> {
    const entry = this.#entry(name);
    const { dequantize } = entry.layout;
    if (dequantize === undefined) {
      const { bytes, shape } = await this.readBlocks(name);
      return { dtype: plainType(entry), shape, bytes };
    }
    const numbers = await this.#dequantized(entry, dequantize);
    return { dtype: 'F32', shape: entry.outer, bytes: new Uint8Array(numbers.buffer) };
  }

  /** The numbers of a tensor in f32, exactly what ggml makes of it. @throws GlotError `lfm2.tensor`, `lfm2.gguf` */
  async readFloats(name: string): Promise<Float32Array> {
    return widen(await this.read(name), name);
  }

  /** A tensor in the blocks of the file, for kernels that compute with them. @throws GlotError as `read` */
  async readBlocks(name: string): Promise<StoredBlocks> {
    const entry = this.#entry(name);
    const bytes = await this.file.read(entry.start, entry.bytes, corrupt);
    return { type: entry.layout.name, shape: entry.outer, bytes };
  }

  /** What the config.json of the model would say. @throws GlotError `lfm2.config`, `lfm2.unsupported`, `lfm2.tensor` */
  configJson(): Record<string, unknown> {
    const [vocabSize] = this.#entry('model.embed_tokens.weight').outer;
    return configJson(
      this.metadata,
      {
        vocabSize: vocabSize!,
        tiedEmbeddings: !this.#entries.has('lm_head.weight'),
        convBias: this.names.some((name) => name.endsWith('.conv.conv.bias')),
      },
      this.path,
    );
  }

  /** The tokenizer of the model. @throws GlotError `lfm2.tokenizer` */
  tokenizerFiles(): TokenizerFiles {
    return tokenizerFiles(this.metadata, this.path);
  }

  async close(): Promise<void> {
    await this.file.close();
  }

  #entry(name: string): Entry {
    const entry = this.#entries.get(name);
    if (entry !== undefined) return entry;
    throw new GlotError('lfm2.tensor', `${this.path} has no tensor ${name}`, { details: { path: this.path, name } });
  }

  async #dequantized({ layout, start, bytes }: Entry, dequantize: Dequantize): Promise<Float32Array<ArrayBuffer>> {
    const { blockBytes, blockLength } = layout;
    const blocks = bytes / blockBytes;
    const numbers = new Float32Array(blocks * blockLength);
    const pieceBlocks = Math.min(blocks, Math.ceil(PIECE_BYTES / blockBytes));
    const piece = new Uint8Array(pieceBlocks * blockBytes);
    for (let block = 0; block < blocks; block += pieceBlocks) {
      const count = Math.min(pieceBlocks, blocks - block);
      await this.file.readInto(piece.subarray(0, count * blockBytes), start + block * blockBytes, corrupt);
      dequantize(piece, count, numbers, block * blockLength);
    }
    return numbers;
  }
}

function plainType({ layout }: GgufTensor): PlainType {
  const { name } = layout;
  return name === 'F16' || name === 'BF16' ? name : 'F32';
}

function namedEntries(header: GgufHeader, path: string): Map<string, Entry> {
  const entries = new Map<string, Entry>();
  for (const tensor of header.tensors.values()) {
    const name = huggingFaceName(tensor.name);
    if (entries.has(name)) throw corrupt(path, `two tensors stand for ${name}`);
    entries.set(name, { ...tensor, outer: huggingFaceShape(name, tensor.shape) });
  }
  return entries;
}

// The header says its length nowhere: read more and more of the file until it parses.
async function readHeader(file: CheckpointFile): Promise<GgufHeader> {
  const { path, size } = file;
  const limit = Math.min(size, MAX_HEADER_BYTES);
  for (let length = Math.min(FIRST_READ_BYTES, limit); ; length = Math.min(length * 4, limit)) {
    const bytes = await file.read(0, length, corrupt);
    const header = parseGgufHeader(bytes, size, path);
    if (header !== null) return header;
    if (length === limit) throw corrupt(path, `its header is longer than ${limit} bytes`);
  }
}
