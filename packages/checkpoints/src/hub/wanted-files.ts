import { GlotError } from '@glot/errors';
import { isGguf } from '../gguf/is-gguf.js';
import type { RemoteFile } from './hub-client.js';

// What a checkpoint folder may hold, at its root and in the folders of the modules behind it.
const WANTED = [
  /^config[\w.-]*\.json$/,
  /^generation_config\.json$/,
  /^(?:tokenizer[\w.-]*|special_tokens_map|added_tokens|vocab)\.json$/,
  /^merges\.txt$/,
  /^chat_template\.(?:jinja|json)$/,
  /^(?:modules|sentence_bert_config)\.json$/,
  /^model\.safetensors(?:\.index\.json)?$/,
  /^model-\d{5}-of-\d{5}\.safetensors$/,
  /^\d+_Dense\/(?:config\.json|model\.safetensors)$/,
  /^\d+_(?:MultiVectorMask|Normalize)\/config\.json$/,
];
const WEIGHTS = /^model(?:-\d{5}-of-\d{5})?\.safetensors$/;
const GGUF = /\.gguf$/i;
/** What a .gguf file has no place for: how a late-interaction encoder lays its texts out. */
const BESIDE_GGUF = ['config_sentence_transformers.json', 'sentence_bert_config.json'];

/**
 * The files that glot needs of a repository: a checkpoint folder, or one .gguf file with the settings beside it.
 * @param choice name or quantization of a .gguf file; null takes the folder, or the only .gguf file
 * @throws GlotError `hub.no-model`, `hub.choose-file`
 */
export function wantedFiles(files: readonly RemoteFile[], choice: string | null, repo: string): readonly RemoteFile[] {
  if (choice !== null) return withSettings(chooseGguf(files, choice, repo), files);
  const folder = files.filter(({ path }) => WANTED.some((pattern) => pattern.test(path)));
  const sharded = folder.some(({ path }) => path === 'model.safetensors.index.json');
  const whole = folder.some(({ path }) => path === 'model.safetensors');
  if (folder.some(({ path }) => WEIGHTS.test(path))) {
    return folder.filter(({ path }) => !WEIGHTS.test(path) || !(sharded && whole) || path !== 'model.safetensors');
  }
  const ggufs = files.filter(({ path }) => isGguf(path));
  if (ggufs.length === 1) return withSettings(ggufs[0]!, files);
  if (ggufs.length === 0) {
    throw new GlotError('hub.no-model', `${repo} holds neither safetensors nor GGUF weights`, { details: { repo } });
  }
  throw ambiguous(ggufs, `${repo} holds several .gguf files; name one`, repo);
}

/** The .gguf file, then the settings of texts that lie beside it. */
export function withSettings<File extends { readonly path: string }>(gguf: File, files: readonly File[]): File[] {
  const folder = gguf.path.slice(0, gguf.path.lastIndexOf('/') + 1);
  return [gguf, ...files.filter(({ path }) => BESIDE_GGUF.some((name) => path === folder + name))];
}

/** The .gguf file of that name, or the only one whose name states that quantization. @throws as `wantedFiles` */
export function chooseGguf<File extends { readonly path: string }>(
  files: readonly File[],
  choice: string,
  repo: string,
): File {
  const ggufs = files.filter(({ path }) => isGguf(path));
  const exact = ggufs.find(({ path }) => path === choice);
  if (exact !== undefined) return exact;
  const wanted = choice.toLowerCase();
  // LFM2-350M-Q4_0.gguf states q4_0, and not q4
  const stating = ggufs.filter(({ path }) => labels(path).includes(wanted));
  if (stating.length === 1) return stating[0]!;
  if (ggufs.length === 0) {
    throw new GlotError('hub.no-model', `${repo} holds no .gguf file`, { details: { repo } });
  }
  const reason = stating.length === 0 ? `no .gguf file of ${repo} is` : `several .gguf files of ${repo} are`;
  throw ambiguous(stating.length === 0 ? ggufs : stating, `${reason} ${JSON.stringify(choice)}; name one`, repo);
}

function labels(path: string): string[] {
  const name = path.slice(path.lastIndexOf('/') + 1).replace(GGUF, '');
  return name.toLowerCase().split(/[-.]/);
}

function ambiguous(files: readonly { readonly path: string }[], what: string, repo: string): GlotError {
  const names = files.map(({ path }) => path);
  const shown = names.slice(0, 20).join(', ') + (names.length > 20 ? ', …' : '');
  return new GlotError('hub.choose-file', `${what}, as in ${repo}:${names[0]}: ${shown}`, {
    details: { repo, files: names },
  });
}
