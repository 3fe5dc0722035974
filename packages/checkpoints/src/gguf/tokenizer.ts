import { GlotError } from '@glot/errors';
import type { Metadata, NumericArray } from './metadata.js';

/** What tokenizer.json and tokenizer_config.json of the same model would say. */
export interface TokenizerFiles {
  readonly tokenizer: Readonly<Record<string, unknown>>;
  readonly config: Readonly<Record<string, unknown>>;
}

// LFM2's own pattern: English contractions, words with one leading sign or blank, up to three digits, signs, line ends.
const LFM2_PATTERN =
  "(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\\r\\n\\p{L}\\p{N}]?\\p{L}+|\\p{N}{1,3}| ?[^\\s\\p{L}\\p{N}]+[\\r\\n]*|\\s*[\\r\\n]+|\\s+(?!\\S)|\\s+";

// names under which converters announce that pattern
const LFM2_PRE_TOKENIZERS = ['lfm2', 'llama3', 'llama-v3', 'llama-bpe'];

const CONTROL = 3;
const USER_DEFINED = 4;
const UNUSED = 5;

/**
 * The tokenizer in the metadata of a GGUF file: tokenizer.json where the file carries it whole, else what the lists of
 * tokens and merges say.
 * @throws GlotError `lfm2.tokenizer` where it is missing, incomplete or of another kind
 */
export function tokenizerFiles(metadata: Metadata, where: string): TokenizerFiles {
  const get = (name: string) => metadata.get(`tokenizer.${name}`);
  const whole = get('huggingface.json');
  const tokens = whole === undefined ? strings(get('ggml.tokens'), 'tokenizer.ggml.tokens', where) : null;
  const json = whole === undefined ? null : wholeTokenizer(whole, where);
  const special = (name: string): Special => {
    const id = get(`ggml.${name}_token_id`);
    if (id === undefined) return null;
    const content = typeof id !== 'number' ? undefined : tokens ? tokens[id] : addedToken(json, id);
    if (content === undefined) throw problem(where, `tokenizer.ggml.${name}_token_id is ${quoted(id)}, no token`);
    return { id: id as number, content };
  };
  const bos = special('bos');
  const eos = special('eos');
  const pad = special('padding');
  const mask = special('mask');
  const template = get('chat_template');
  return {
    tokenizer: json ?? rebuilt(metadata, tokens!, bos, eos, where),
    config: {
      tokenizer_class: 'PreTrainedTokenizerFast',
      clean_up_tokenization_spaces: false,
      ...(bos ? { bos_token: bos.content } : {}),
      ...(eos ? { eos_token: eos.content } : {}),
      ...(pad ? { pad_token: pad.content } : {}),
      ...(mask ? { mask_token: mask.content } : {}),
      ...(typeof template === 'string' ? { chat_template: template } : {}),
    },
  };
}

type Special = { readonly id: number; readonly content: string } | null;

function wholeTokenizer(text: unknown, where: string): Readonly<Record<string, unknown>> {
  try {
    const json: unknown = JSON.parse(text as string);
    if (typeof json === 'object' && json !== null && !Array.isArray(json)) return json as Record<string, unknown>;
  } catch {
    // told below
  }
  throw problem(where, 'its tokenizer.huggingface.json is no JSON object');
}

function addedToken(json: Readonly<Record<string, unknown>> | null, id: number): string | undefined {
  const added: unknown = json?.added_tokens;
  if (!Array.isArray(added)) return undefined;
  const found: unknown = added.find((token: { id?: unknown } | null) => token?.id === id);
  const { content } = (found ?? {}) as { content?: unknown };
  return typeof content === 'string' ? content : undefined;
}

/**
 * tokenizer.json from lists of tokens and merges. Rows that only fill up the embedding table are left out. Merges apply
 * as in the original tokenizer.json, to words of the vocabulary as well (`ignore_merges` false).
 */
function rebuilt(
  metadata: Metadata,
  tokens: readonly string[],
  bos: Special,
  eos: Special,
  where: string,
): Readonly<Record<string, unknown>> {
  const get = (name: string) => metadata.get(`tokenizer.ggml.${name}`);
  const model = get('model');
  const pre = get('pre');
  if (model !== 'gpt2') throw problem(where, `its tokenizer is of the kind ${quoted(model)}; "gpt2" is supported`);
  if (typeof pre !== 'string' || !LFM2_PRE_TOKENIZERS.includes(pre)) {
    throw problem(where, `its pre-tokenizer is ${quoted(pre)}; supported are ${LFM2_PRE_TOKENIZERS.join(', ')}`);
  }
  const merges = strings(get('merges'), 'tokenizer.ggml.merges', where).map((merge) => split(merge, where));
  const types = get('token_type');
  if (types !== undefined && (!isNumeric(types) || types.length !== tokens.length)) {
    throw problem(where, 'tokenizer.ggml.token_type does not have one entry per token');
  }
  const vocabulary: Record<string, number> = Object.create(null) as Record<string, number>;
  const added: object[] = [];
  tokens.forEach((content, id) => {
    const type = types?.[id];
    if (type === UNUSED) return;
    if (content in vocabulary) throw problem(where, `the token ${quoted(content)} occurs twice`);
    vocabulary[content] = id;
    if (type !== CONTROL && type !== USER_DEFINED) return;
    const special = type === CONTROL;
    added.push({ id, content, single_word: false, lstrip: false, rstrip: false, normalized: false, special });
  });
  return {
    version: '1.0',
    truncation: null,
    padding: null,
    added_tokens: added,
    normalizer: null,
    pre_tokenizer: {
      type: 'Sequence',
      pretokenizers: [
        { type: 'Split', pattern: { Regex: LFM2_PATTERN }, behavior: 'Isolated', invert: false },
        { type: 'ByteLevel', add_prefix_space: false, trim_offsets: true, use_regex: false },
      ],
    },
    post_processor: framing(get('add_bos_token') === false ? null : bos, get('add_eos_token') === true ? eos : null),
    decoder: { type: 'ByteLevel', add_prefix_space: true, trim_offsets: true, use_regex: true },
    model: { type: 'BPE', fuse_unk: false, byte_fallback: false, ignore_merges: false, vocab: vocabulary, merges },
  };
}

// Both texts of a pair get their own frame: BOS A EOS BOS B EOS.
function framing(bos: Special, eos: Special): object {
  const token = (special: Special, type: number) =>
    special ? [{ SpecialToken: { id: special.content, type_id: type } }] : [];
  const frame = (id: string, type: number) => [
    ...token(bos, type),
    { Sequence: { id, type_id: type } },
    ...token(eos, type),
  ];
  const used = [bos, eos].filter((special) => special !== null);
  return {
    type: 'TemplateProcessing',
    single: frame('A', 0),
    pair: [...frame('A', 0), ...frame('B', 1)],
    special_tokens: Object.fromEntries(
      used.map(({ id, content }) => [content, { id: content, ids: [id], tokens: [content] }]),
    ),
  };
}

function split(merge: string, where: string): [string, string] {
  // tokens are in ByteLevel's alphabet, which has no blank
  const at = merge.indexOf(' ');
  if (at <= 0 || at === merge.length - 1) throw problem(where, `the merge ${quoted(merge)} does not join two tokens`);
  return [merge.slice(0, at), merge.slice(at + 1)];
}

function strings(value: unknown, name: string, where: string): readonly string[] {
  if (Array.isArray(value)) return value as readonly string[];
  throw problem(where, `${name} is ${value === undefined ? 'missing' : 'no list of strings'}`);
}

function isNumeric(value: unknown): value is NumericArray {
  return ArrayBuffer.isView(value);
}

function quoted(value: unknown): string {
  return value === undefined ? '(missing)' : JSON.stringify(value);
}

function problem(where: string, what: string): GlotError {
  return new GlotError('lfm2.tokenizer', `cannot take the tokenizer from ${where}: ${what}`, {
    details: { path: where },
  });
}
