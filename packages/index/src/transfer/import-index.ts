import { closeSync, createReadStream, existsSync, openSync, readFileSync, readSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { setImmediate } from 'node:timers/promises';
import { GlotError, throwIfAborted } from '@glot/errors';
import type { TokenVectors } from '@glot/kernels';
import * as z from 'zod';
import { type OpenIndexOptions, openIndex } from '../open-index.js';
import type { DocumentInput } from '../types.js';
import { DOCUMENTS_FILE, ENCODER_FILE, ROWS_FILE, type TransferReport, VECTORS_FILE } from './export-index.js';
import { halfToFloat, parseNpyHeader } from './npy.js';
import { type ExportedRows, rowsSchema } from './rows-file.js';

export interface ImportOptions extends Pick<OpenIndexOptions, 'profile' | 'threads'> {
  /** The index; made where it is missing. Documents of the same path are replaced. */
  readonly file: string;
  /**
   * With `encoder.json`, `documents.jsonl` and `vectors.npy`, as `exportIndex` writes them; float16 is taken too. By
   * `rows.json`, where it is there, a new index gets the profile of the exported one, and the same bits.
   */
  readonly folder: string;
  readonly signal?: AbortSignal | undefined;
  readonly onProgress?: ((documents: number) => void) | undefined;
}

const encoderSchema = z.object({
  name: z.string().min(1),
  fingerprint: z.string().min(1),
  dim: z.number().int().positive(),
  poolFactor: z.number().int().min(1).optional(),
  precision: z.string().optional(),
});

const linesSchema = z.object({ first: z.number().int(), last: z.number().int() });

const documentSchema = z.object({
  path: z.string().min(1),
  contentHash: z.string().default(''),
  sizeBytes: z.number().default(0),
  modifiedMs: z.number().default(0),
  source: z.enum(['file', 'text']).optional(),
  format: z.string().default('text'),
  title: z.string().nullable().default(null),
  lang: z.string().nullable().default(null),
  meta: z.record(z.string(), z.string()).default({}),
  text: z.string(),
  places: z
    .array(
      z.object({
        kind: z.enum(['page', 'sheet', 'slide', 'chapter', 'time']),
        label: z.string(),
        start: z.number().int(),
      }),
    )
    .default([]),
  blocks: z
    .array(
      z.object({
        kind: z.enum(['heading', 'paragraph', 'item', 'code', 'table', 'markup']),
        start: z.number().int(),
        end: z.number().int(),
      }),
    )
    .optional(),
  notes: z.array(z.object({ kind: z.string(), detail: z.string() })).optional(),
  formatVersion: z.number().int().optional(),
  passages: z.array(
    z.object({
      text: z.string(),
      start: z.number().int(),
      end: z.number().int(),
      headings: z.array(z.string()).default([]),
      page: z.number().int().nullable().default(null),
      lines: linesSchema.nullable().default(null),
      lang: z.string().nullable().default(null),
      /** Token vectors of this passage. */
      rows: z.number().int().nonnegative(),
    }),
  ),
});

/**
 * Takes in documents with vectors that were made elsewhere, one transaction a document: interrupted, what is in stays,
 * and the same call goes through again.
 * @throws GlotError `index.import` naming file and line; and what `openIndex` and `upsert` throw
 */
export async function importIndex(options: ImportOptions): Promise<TransferReport> {
  const place = (name: string) => join(options.folder, name);
  for (const name of [ENCODER_FILE, DOCUMENTS_FILE, VECTORS_FILE]) {
    const stats = statSync(place(name), { throwIfNoEntry: false });
    if (stats?.isFile()) continue;
    const what = stats ? `${place(name)} is no regular file` : `there is no ${place(name)}`;
    throw importError(what, { file: place(name) });
  }
  const stated = parsed(encoderSchema, readFileSync(place(ENCODER_FILE), 'utf8'), place(ENCODER_FILE));
  const { poolFactor, precision, ...rest } = stated;
  const encoder = {
    ...rest,
    ...(poolFactor !== undefined && { poolFactor }),
    ...(precision !== undefined && { precision }),
  };
  const exported = exportedRows(place(ROWS_FILE), encoder.dim);
  const vectors = new VectorReader(place(VECTORS_FILE), encoder.dim);
  let report = { documents: 0, passages: 0, tokens: 0 };
  try {
    const { file, profile = existsSync(file) ? undefined : exported?.profile, threads } = options;
    const table = exported?.profile === profile ? exported?.table : null;
    const index = await openIndex({
      file,
      mode: 'write',
      encoder,
      ...(profile && { profile }),
      ...(table && { table }),
      threads,
    });
    try {
      const lines = createInterface({ input: createReadStream(place(DOCUMENTS_FILE)), crlfDelay: Infinity });
      for await (const line of lines) {
        throwIfAborted(options.signal);
        const where = `${place(DOCUMENTS_FILE)}, line ${report.documents + 1}`;
        const { passages, source, blocks, notes, formatVersion, ...rest } = parsed(documentSchema, line, where);
        const document: DocumentInput = {
          ...rest,
          ...(source && { source }),
          ...(blocks && { blocks }),
          ...(notes && { notes }),
          formatVersion,
          passages: passages.map(({ rows: _, ...passage }) => passage),
        };
        const rows = vectors.read(passages.map(({ rows: count }) => count));
        await index.upsert(document, rows);
        report = {
          documents: report.documents + 1,
          passages: report.passages + passages.length,
          tokens: report.tokens + rows.data.length / encoder.dim,
        };
        options.onProgress?.(report.documents);
        if (report.documents % 64 === 0) await setImmediate();
      }
      if (vectors.left > 0) {
        throw importError(
          `${place(VECTORS_FILE)} has ${vectors.left} rows more than the passages of ${DOCUMENTS_FILE} ask for`,
        );
      }
      await index.optimize({ ...(options.signal && { signal: options.signal }) });
    } finally {
      await index.close();
    }
  } finally {
    vectors.close();
  }
  return report;
}

/** Null where there are none: vectors that were made elsewhere. */
function exportedRows(file: string, dim: number): ExportedRows | null {
  if (!existsSync(file)) return null;
  const rows = parsed(rowsSchema, readFileSync(file, 'utf8'), file);
  if (rows.table && rows.table.dim !== dim) {
    throw importError(`${file} has a table of ${rows.table.dim} dimensions, ${ENCODER_FILE} says ${dim}`, { file });
  }
  return rows;
}

/** Rows one after the other. */
class VectorReader {
  readonly #descriptor: number;
  readonly #file: string;
  readonly #dim: number;
  readonly #numberBytes: number;
  #at: number;
  left: number;

  constructor(file: string, dim: number) {
    this.#file = file;
    this.#dim = dim;
    this.#descriptor = openSync(file, 'r');
    try {
      const start = Buffer.alloc(65_536);
      const header = parseNpyHeader(start.subarray(0, readSync(this.#descriptor, start)), file);
      this.#numberBytes = header.type === 'f4' ? 4 : 2;
      this.#at = header.dataOffset;
      this.left = header.rows;
      if (header.columns !== dim) {
        throw importError(`${file} has ${header.columns} columns, ${ENCODER_FILE} says ${dim} dimensions`, { file });
      }
      const size = statSync(file).size;
      if (size !== header.dataOffset + header.rows * dim * this.#numberBytes) {
        throw importError(`${file} has ${size} bytes, which is not what its header says; copy it again`, { file });
      }
    } catch (error) {
      closeSync(this.#descriptor);
      throw error;
    }
  }

  /** @param rows of each passage of a document */
  read(rows: readonly number[]): TokenVectors {
    const offsets = new Uint32Array(rows.length + 1);
    rows.forEach((count, at) => {
      offsets[at + 1] = offsets[at]! + count;
    });
    const total = offsets[rows.length]!;
    if (total > this.left) {
      throw importError(`${this.#file} ends before the passages of ${DOCUMENTS_FILE} do`, { file: this.#file });
    }
    const bytes = new Uint8Array(total * this.#dim * this.#numberBytes);
    readSync(this.#descriptor, bytes, 0, bytes.length, this.#at);
    this.#at += bytes.length;
    this.left -= total;
    const data =
      this.#numberBytes === 4
        ? new Float32Array(bytes.buffer)
        : Float32Array.from(new Uint16Array(bytes.buffer), halfToFloat);
    return { data, offsets, dim: this.#dim };
  }

  close(): void {
    closeSync(this.#descriptor);
  }
}

function parsed<T>(schema: z.ZodType<T>, text: string, where: string): T {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (cause) {
    throw new GlotError('index.import', `${where} is not JSON: ${(cause as Error).message}`, { cause });
  }
  const result = schema.safeParse(value);
  if (result.success) return result.data;
  const issue = result.error.issues[0];
  throw importError(`${where}: ${issue?.path.join('.') ?? ''} ${issue?.message ?? 'does not fit'}`);
}

function importError(message: string, details: Record<string, unknown> = {}): GlotError {
  return new GlotError('index.import', message, { details });
}
