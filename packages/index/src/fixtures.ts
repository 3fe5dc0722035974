/**
 * Inputs of this package's tests: documents in many scripts and an encoder that knows characters only.
 * @module
 */

import type { TokenVectors } from '@glot/kernels';
import type { TieOrder } from './ranking/fusion.js';
import type { DocumentInput, EncoderIdentity, IndexChange, LedgerChange, PassageInput, SkippedInput } from './types.js';

export const DIM = 24;

export const ENCODER: EncoderIdentity = { name: 'characters', fingerprint: 'f00d'.repeat(16), dim: DIM };

/** Mulberry32, -1 .. 1. */
export function randomNumbers(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 31 - 1;
  };
}

/** For what knows no documents: ties by id. */
export const BY_ID: TieOrder = (passages) => [...passages].sort((a, b) => a - b);

/** Joins rows [tokens x dim] of several texts. */
export function vectorsOf(texts: readonly Float32Array[], dim: number): TokenVectors {
  const offsets = new Uint32Array(texts.length + 1);
  texts.forEach((rows, index) => {
    offsets[index + 1] = offsets[index]! + rows.length / dim;
  });
  const data = new Float32Array(offsets[texts.length]! * dim);
  texts.forEach((rows, index) => {
    data.set(rows, offsets[index]! * dim);
  });
  return { data, offsets, dim };
}

/** One unit row per pair of neighboring characters: alike texts share rows. */
export function encode(...texts: readonly string[]): TokenVectors {
  return vectorsOf(
    texts.map((text) => {
      const characters = [...text.toLowerCase()].filter((character) => character.trim() !== '');
      const rows = new Float32Array(characters.length * DIM);
      characters.forEach((character, index) => {
        rows.set(unitRow(`${character}${characters[index + 1] ?? ''}`), index * DIM);
      });
      return rows;
    }),
    DIM,
  );
}

function unitRow(text: string): Float32Array {
  let seed = 7;
  for (let at = 0; at < text.length; at += 1) seed = Math.imul(seed, 31) + text.charCodeAt(at);
  const next = randomNumbers(seed);
  const row = Float32Array.from({ length: DIM }, next);
  const norm = Math.hypot(...row);
  return row.map((value) => value / norm);
}

export function passage(text: string, start = 0, fields: Partial<PassageInput> = {}): PassageInput {
  return { text, start, end: start + text.length, headings: [], page: null, lines: null, lang: null, ...fields };
}

/** A document of these passages, one after the other, a line each. */
export function document(path: string, texts: readonly string[], fields: Partial<DocumentInput> = {}): DocumentInput {
  let start = 0;
  const passages = texts.map((text) => {
    const one = passage(text, start);
    start += text.length + 1;
    return one;
  });
  return {
    path,
    contentHash: `hash of ${path}`,
    sizeBytes: 100,
    modifiedMs: 1_700_000_000_123.5,
    changedMs: 1_700_000_000_456.25,
    format: 'text',
    title: null,
    lang: null,
    meta: {},
    text: texts.join('\n'),
    passages,
    ...fields,
  };
}

/** Path -> passages, in nine scripts, with combining marks and emoji. */
export const CORPUS: Readonly<Record<string, readonly string[]>> = {
  'en/bread.md': [
    "Sourdough bread rises overnight; don't hurry the dough.",
    'Bake the loaf at 230 °C until it sounds hollow.',
  ],
  'de/brot.md': ['Sauerteigbrot geht über Nacht; die Gärung braucht Wärme.', 'Straßenbahnen fahren bis Mitternacht.'],
  'ar/خبز.txt': ['يُخمَّر العجين طوال الليل قبل خَبزه في الفرن.', 'القطار يصل إلى المحطة صباحًا.'],
  'ja/パン.txt': ['パン生地は一晩発酵させてから焼きます。', '東京の電車は時間どおりに来る。'],
  'zh/面包.txt': ['面团需要发酵一整夜才能烘烤。', '地铁在午夜停止运行。'],
  'th/ขนมปัง.txt': ['ขนมปังต้องหมักแป้งข้ามคืนก่อนอบ', 'รถไฟฟ้าเปิดถึงเที่ยงคืน'],
  'hi/रोटी.txt': ['रोटी का आटा रात भर रखा जाता है।', 'हिन्दी में संयुक्ताक्षर होते हैं।'],
  'ko/빵.txt': ['빵 반죽은 밤새 발효시킨 뒤 굽습니다.', '지하철은 자정까지 운행합니다.'],
  'emoji/🍞 list.txt': ['🍞 and 🧈 for breakfast, 👩‍🍳 is cooking 🇯🇵', 'naïve café, nai\u0308ve cafe\u0301'],
};

export const stamp = (path: string, sizeBytes: number, modifiedMs: number, changedMs = 0): LedgerChange => ({
  kind: 'stamp',
  stamp: { path, sizeBytes, modifiedMs, changedMs },
});

export const skip = (file: SkippedInput): LedgerChange => ({ kind: 'skip', file });

/** Records a file that could not be read in place of whatever stood at its path. */
export const skipInPlace = (file: SkippedInput): IndexChange[] => [{ kind: 'delete', path: file.path }, skip(file)];
