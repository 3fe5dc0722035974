import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';

const SPECIAL = [
  '<|pad|>',
  '<|startoftext|>',
  '<|endoftext|>',
  '<|a|>',
  '<|b|>',
  '<|c|>',
  '<|im_start|>',
  '<|im_end|>',
];

/** Ids of the tokenizer: 8 special tokens, then one per byte. */
export const BYTE_TOKENIZER_SIZE = SPECIAL.length + 256;

/** Writes tokenizer.json and tokenizer_config.json of a byte-level tokenizer without merges, with LFM2's first ids. */
export async function writeByteTokenizer(folder: string, chatTemplate?: string): Promise<void> {
  const vocab: Record<string, number> = {};
  SPECIAL.forEach((token, id) => {
    vocab[token] = id;
  });
  // GPT-2's map: printable bytes are themselves, the others move up beyond 255.
  let moved = 256;
  for (let byte = 0; byte < 256; byte += 1) {
    const printable = (byte > 32 && byte < 127) || (byte > 160 && byte !== 173);
    vocab[String.fromCharCode(printable ? byte : moved)] = SPECIAL.length + byte;
    if (!printable) moved += 1;
  }
  const added = SPECIAL.map((content, id) => ({
    id,
    content,
    single_word: false,
    lstrip: false,
    rstrip: false,
    normalized: false,
    special: true,
  }));
  const byteLevel = { type: 'ByteLevel', add_prefix_space: false, trim_offsets: true, use_regex: false };
  const tokenizer = {
    version: '1.0',
    truncation: null,
    padding: null,
    added_tokens: added,
    normalizer: null,
    pre_tokenizer: byteLevel,
    post_processor: null,
    decoder: byteLevel,
    model: {
      type: 'BPE',
      dropout: null,
      unk_token: null,
      continuing_subword_prefix: null,
      end_of_word_suffix: null,
      fuse_unk: false,
      byte_fallback: false,
      ignore_merges: false,
      vocab,
      merges: [],
    },
  };
  const config = {
    bos_token: SPECIAL[1],
    eos_token: SPECIAL[7],
    pad_token: SPECIAL[0],
    ...(chatTemplate === undefined ? {} : { chat_template: chatTemplate }),
  };
  await writeFile(join(folder, 'tokenizer.json'), JSON.stringify(tokenizer));
  await writeFile(join(folder, 'tokenizer_config.json'), JSON.stringify(config));
}
