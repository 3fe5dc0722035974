import { mkdir, readFile, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { ChatTemplate, Checkpoint, Decoder, TextGenerator, TextTokenizer } from '@glot/lfm2';
import { SHAPE_350M, writeRandomGguf } from '../kernels/random-gguf.js';

/** A chat model of random weights in the 350M shape, with a real byte-level vocabulary and ChatML. */
export interface RandomChatModel {
  readonly generator: TextGenerator;
  /** Parsed tokenizer.json. */
  readonly tokenizer: unknown;
  readonly vocabulary: number;
}

const SPECIAL = ['<|pad|>', '<|startoftext|>', '<|endoftext|>', '<|im_start|>', '<|im_end|>'];

const CHAT_ML =
  "{{- bos_token -}}{%- for message in messages -%}{{- '<|im_start|>' + message['role'] + '\n' + message['content'] + '<|im_end|>\n' -}}{%- endfor -%}{%- if add_generation_prompt -%}{{- '<|im_start|>assistant\n' -}}{%- endif -%}";

/**
 * @param folder keeps the weights, converted once
 * @param tokenizerFile a byte-level tokenizer.json, gzipped or not
 */
export async function randomChatModel(
  folder: string,
  tokenizerFile: string,
  threads: number,
): Promise<RandomChatModel> {
  await mkdir(folder, { recursive: true });
  const weights = join(folder, 'lfm2-350m-Q4_0.gguf');
  const exists = await stat(weights).then(
    () => true,
    () => false,
  );
  if (!exists) await writeRandomGguf(weights, SHAPE_350M, 'Q4_0');
  const tokenizer = await chatTokenizer(tokenizerFile);
  const chat = join(folder, 'chat');
  await mkdir(chat, { recursive: true });
  await writeFile(join(chat, 'tokenizer.json'), JSON.stringify(tokenizer));
  await writeFile(
    join(chat, 'tokenizer_config.json'),
    JSON.stringify({
      bos_token: '<|startoftext|>',
      eos_token: '<|im_end|>',
      tokenizer_class: 'PreTrainedTokenizerFast',
    }),
  );
  await writeFile(join(chat, 'chat_template.jinja'), CHAT_ML);
  const checkpoint = await Checkpoint.open(weights);
  try {
    const decoder = await Decoder.load(checkpoint, { threads, cacheFolder: join(folder, 'converted') });
    const text = await TextTokenizer.load(chat);
    return {
      generator: new TextGenerator(decoder, text, await ChatTemplate.load(chat)),
      tokenizer,
      vocabulary: text.size,
    };
  } finally {
    await checkpoint.close();
  }
}

/** The file's vocabulary with ChatML's tokens behind it. */
async function chatTokenizer(file: string): Promise<object> {
  const bytes = await readFile(file);
  const tokenizer = JSON.parse((file.endsWith('.gz') ? gunzipSync(bytes) : bytes).toString('utf8'));
  const ids = [
    ...Object.values<number>(tokenizer.model.vocab),
    ...tokenizer.added_tokens.map(({ id }: { id: number }) => id),
  ];
  const first = ids.reduce((most, id) => Math.max(most, id), 0) + 1;
  const known = new Set(tokenizer.added_tokens.map(({ content }: { content: string }) => content));
  const added = SPECIAL.filter((content) => !known.has(content)).map((content, i) => ({
    ...{ id: first + i, content, single_word: false, lstrip: false, rstrip: false, normalized: false, special: true },
  }));
  return { ...tokenizer, added_tokens: [...tokenizer.added_tokens, ...added], post_processor: null };
}
