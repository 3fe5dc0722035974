import { GlotError } from '@glot/errors';
import * as z from 'zod';

const TOKENIZER = z.object({
  model: z.object({ vocab: z.record(z.string(), z.number().int().nonnegative()) }),
  added_tokens: z.array(z.object({ id: z.number().int().nonnegative(), content: z.string(), special: z.boolean() })),
  decoder: z.unknown(),
});

/**
 * The bytes that each token of a tokenizer adds to the text, by id; null for special tokens and unused ids.
 *
 * @param tokenizer parsed tokenizer.json: byte-level BPE, or pieces with byte fallback
 * @throws GlotError `rag.tokenizer`
 */
export function tokenBytes(tokenizer: unknown): (Uint8Array | null)[] {
  const parsed = TOKENIZER.safeParse(tokenizer);
  const decoder = JSON.stringify(parsed.data?.decoder ?? null);
  const byteLevel = decoder.includes('"ByteLevel"');
  if (!parsed.success || !(byteLevel || decoder.includes('"ByteFallback"'))) {
    throw new GlotError(
      'rag.tokenizer',
      'quotes can be held to the passages with byte-level and byte-fallback tokenizers only',
      {
        cause: parsed.error,
      },
    );
  }
  const bytes: (Uint8Array | null)[] = [];
  const put = (id: number, value: Uint8Array | null) => {
    while (bytes.length < id) bytes.push(null);
    bytes[id] = value;
  };
  for (const [token, id] of Object.entries(parsed.data.model.vocab)) {
    put(id, byteLevel ? byteLevelBytes(token) : pieceBytes(token));
  }
  for (const { id, content, special } of parsed.data.added_tokens) {
    put(id, special || content.startsWith('<') ? null : encoder.encode(content));
  }
  return bytes;
}

const encoder = new TextEncoder();

/** GPT-2's alphabet: printable bytes stand for themselves, the others for U+0100 and on, in order. */
const BYTE_OF_CHARACTER = new Map<string, number>();
for (let byte = 0, next = 0x100; byte < 256; byte++) {
  const printable = (byte >= 0x21 && byte <= 0x7e) || (byte >= 0xa1 && byte <= 0xac) || byte >= 0xae;
  BYTE_OF_CHARACTER.set(String.fromCharCode(printable ? byte : next++), byte);
}

function byteLevelBytes(token: string): Uint8Array | null {
  const bytes = new Uint8Array(token.length);
  for (let i = 0; i < token.length; i++) {
    const byte = BYTE_OF_CHARACTER.get(token[i]!);
    if (byte === undefined) return null;
    bytes[i] = byte;
  }
  return bytes;
}

/** SentencePiece: U+2581 is a blank, `<0x41>` one byte. */
function pieceBytes(token: string): Uint8Array {
  const byte = /^<0x([0-9A-F]{2})>$/u.exec(token)?.[1];
  return byte === undefined
    ? encoder.encode(token.replaceAll('\u2581', ' '))
    : Uint8Array.of(Number.parseInt(byte, 16));
}
