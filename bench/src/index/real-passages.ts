import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import type { Encoder } from '@glot/encoder';
import type { TokenVectors } from '@glot/kernels';

/** Real text with the embedded model's vectors: what a benchmark's passages and queries are made of. */
export interface RealPassages {
  readonly texts: readonly string[];
  readonly vectors: TokenVectors;
  readonly queries: readonly {
    readonly text: string;
    /** The passage that holds the answer. */
    readonly passage: number;
    /** [rows x dim] */
    readonly rows: Float32Array;
  }[];
}

interface Row {
  readonly question: string;
  readonly context: string;
  /** In code points. */
  readonly answer_start: number;
}

/** About 60 tokens. */
const WINDOW_TOKENS = 60;

const ENCODE_BATCH = 256;

/**
 * Windows of about 60 tokens of question-answering contexts in eleven languages, and questions about them. What was
 * encoded is kept in `cache`.
 * @param file `{question, context, answer_start}` a line, gzip
 */
export async function realPassages(
  file: string,
  count: number,
  queryCount: number,
  encoder: Encoder,
  cache: string,
  tell: (message: string) => void,
): Promise<RealPassages> {
  const rows = gunzipSync(readFileSync(file))
    .toString('utf8')
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as Row);
  shuffle(rows);
  const byContext = new Map<string, Row[]>();
  for (const row of rows) byContext.set(row.context, [...(byContext.get(row.context) ?? []), row]);
  const texts: string[] = [];
  const asked: { text: string; passage: number }[] = [];
  for (const [context, questions] of byContext) {
    if (texts.length >= count) break;
    const windows = windowsOf(context, encoder);
    const first = texts.length;
    for (const { text } of windows) texts.push(text);
    const row = questions[0]!;
    const at = [...context].slice(0, row.answer_start).join('').length;
    const holder = windows.findIndex(({ start, text }) => at >= start && at < start + text.length);
    if (holder >= 0 && first + holder < count) asked.push({ text: row.question, passage: first + holder });
  }
  texts.length = Math.min(texts.length, count);
  const chosen = asked
    .filter((_, at) => at % Math.max(1, Math.floor(asked.length / queryCount)) === 0)
    .slice(0, queryCount);
  mkdirSync(cache, { recursive: true });
  const vectors = await cached(join(cache, `passages-${encoder.fingerprint.slice(0, 12)}-${count}`), encoder.dim, () =>
    encodeAll(texts, encoder, tell),
  );
  const queries = await encoder.encodeQueries(chosen.map(({ text }) => text));
  return {
    texts,
    vectors,
    queries: chosen.map((query, at) => ({
      ...query,
      rows: queries.data.slice(queries.offsets[at]! * encoder.dim, queries.offsets[at + 1]! * encoder.dim),
    })),
  };
}

async function encodeAll(texts: readonly string[], encoder: Encoder, tell: (message: string) => void) {
  const parts: Float32Array[] = [];
  const offsets = new Uint32Array(texts.length + 1);
  for (let start = 0; start < texts.length; start += ENCODE_BATCH) {
    const batch = await encoder.encodeDocuments(texts.slice(start, start + ENCODE_BATCH));
    parts.push(batch.data);
    const base = offsets[start]!;
    for (let at = 1; at < batch.offsets.length; at += 1) offsets[start + at] = base + batch.offsets[at]!;
    tell(`encoded ${Math.min(start + ENCODE_BATCH, texts.length)} of ${texts.length} passages`);
  }
  const data = new Float32Array(offsets[texts.length]! * encoder.dim);
  let at = 0;
  for (const part of parts) {
    data.set(part, at);
    at += part.length;
  }
  return { data, offsets, dim: encoder.dim };
}

async function cached(base: string, dim: number, make: () => Promise<TokenVectors>): Promise<TokenVectors> {
  const [offsetsFile, dataFile] = [`${base}.offsets`, `${base}.f32`];
  if (!existsSync(dataFile) || !existsSync(offsetsFile)) {
    const made = await make();
    writeFileSync(offsetsFile, made.offsets);
    writeFileSync(`${dataFile}.new`, made.data);
    renameSync(`${dataFile}.new`, dataFile);
  }
  const offsets = readFileSync(offsetsFile);
  const data = readFileSync(dataFile);
  return {
    offsets: new Uint32Array(offsets.buffer.slice(offsets.byteOffset, offsets.byteOffset + offsets.byteLength)),
    data: new Float32Array(data.buffer.slice(data.byteOffset, data.byteOffset + data.byteLength)),
    dim,
  };
}

// Consecutive pieces of about equal numbers of characters, cut between code points.
function windowsOf(context: string, encoder: Encoder): { start: number; text: string }[] {
  const tokens = encoder.countTokens(context);
  const pieces = Math.max(1, Math.round(tokens / WINDOW_TOKENS));
  const points = [...context];
  const windows: { start: number; text: string }[] = [];
  let start = 0;
  for (let piece = 0; piece < pieces; piece += 1) {
    const text = points
      .slice(Math.floor((piece * points.length) / pieces), Math.floor(((piece + 1) * points.length) / pieces))
      .join('');
    windows.push({ start, text });
    start += text.length;
  }
  return windows;
}

function shuffle(rows: unknown[]): void {
  let state = 12_345;
  for (let at = rows.length - 1; at > 0; at -= 1) {
    state = (Math.imul(state, 1_103_515_245) + 12_345) & 0x7fffffff;
    const other = state % (at + 1);
    [rows[at], rows[other]] = [rows[other], rows[at]];
  }
}
