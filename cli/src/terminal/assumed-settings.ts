import { printable } from './printable.js';

/** Tells on stderr what was taken for granted of a .gguf file. @param model folder or file; undefined: the embedded one */
export async function tellAssumedSettings(model: string | undefined): Promise<void> {
  if (model === undefined) return;
  const { assumedSettings } = await import('@glot/glot/models');
  const assumed = await assumedSettings(model);
  if (assumed === null) return;
  const { queryPrefix, documentPrefix, queryLength, documentLength } = assumed;
  const prefixes = `prefixes ${JSON.stringify(queryPrefix)} and ${JSON.stringify(documentPrefix)}`;
  process.stderr.write(
    `${printable(model)} does not say how texts are laid out; as in LFM2-ColBERT then: ${prefixes}, ` +
      `queries of ${queryLength} tokens, documents of up to ${documentLength}. ` +
      'A config_sentence_transformers.json beside it would say\n',
  );
}
