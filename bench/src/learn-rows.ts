import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { openEncoder } from '@glot/encoder';
import { readLines } from '@glot/eval';
import { learnRows } from '@glot/kernels';

/**
 * Learns how the rows of an encoder lie from texts that nothing is measured with, and writes it beside the model.
 * node learn-rows.js [--model FOLDER] [--data FILE,FILE] [--texts 3000] [--out FILE]
 */
const { values } = parseArgs({
  options: {
    model: { type: 'string', default: 'packages/encoder/models/glot-colbert-mini' },
    data: {
      type: 'string',
      default: '../shared/data/train2/parallel-long.jsonl.gz,../shared/data/train3/mono.jsonl.gz',
    },
    texts: { type: 'string', default: '3000' },
    out: { type: 'string' },
  },
});

/** Of each text. */
const CHARACTERS = 1000;

/** Texts of a language are taken in turns of so many lines, so that they come from many documents. */
const STEP = 7;

interface Row {
  readonly texts?: Readonly<Record<string, string>>;
  readonly lang?: string;
  readonly text?: string;
}

async function someTexts(file: string, wanted: number): Promise<string[]> {
  const found: string[] = [];
  const seen = new Map<string, number>();
  for await (const { text: line } of readLines(file)) {
    const { texts, lang, text } = JSON.parse(line) as Row;
    for (const [language, body] of texts ? Object.entries(texts) : [[lang ?? '', text ?? ''] as const]) {
      const count = seen.get(language) ?? 0;
      seen.set(language, count + 1);
      if (count % STEP === 0 && body !== '') found.push(body.slice(0, CHARACTERS));
      if (found.length === wanted) return found;
    }
  }
  return found;
}

const files = values.data.split(',');
const texts = (
  await Promise.all(files.map((file) => someTexts(file, Math.ceil(Number(values.texts) / files.length))))
).flat();
const encoder = await openEncoder({ model: values.model });
const { data, dim } = await encoder.encodeDocuments(texts);
await encoder.dispose();
shuffle(data, dim);
const { axes, deviations, levels } = learnRows(data, dim);
const out = values.out ?? join(values.model, 'row-statistics.safetensors');
await writeFile(
  out,
  safetensors({ axes: [axes, [dim, dim]], deviations: [deviations, [dim]], levels: [levels, [levels.length]] }),
);
process.stdout.write(`${out}: from ${data.length / dim} rows of ${texts.length} texts\n`);

// Fisher and Yates, by fixed random numbers.
function shuffle(rows: Float32Array, width: number): void {
  let state = 1;
  for (let last = rows.length / width - 1; last > 0; last -= 1) {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    const other = Math.floor((state / 2 ** 32) * (last + 1));
    const kept = rows.slice(last * width, (last + 1) * width);
    rows.copyWithin(last * width, other * width, (other + 1) * width);
    rows.set(kept, other * width);
  }
}

function safetensors(tensors: Readonly<Record<string, readonly [Float32Array, readonly number[]]>>): Buffer {
  let at = 0;
  const entries = Object.entries(tensors).map(([name, [{ byteLength }, shape]]) => {
    const offsets = [at, at + byteLength];
    at += byteLength;
    return [name, { dtype: 'F32', shape, data_offsets: offsets }];
  });
  const header = JSON.stringify(Object.fromEntries(entries));
  const padded = Buffer.from(header.padEnd(Math.ceil(header.length / 8) * 8));
  const length = Buffer.alloc(8);
  length.writeBigUInt64LE(BigInt(padded.length));
  const data = Object.values(tensors).map(([{ buffer, byteOffset, byteLength }]) =>
    Buffer.from(buffer, byteOffset, byteLength),
  );
  return Buffer.concat([length, padded, ...data]);
}
