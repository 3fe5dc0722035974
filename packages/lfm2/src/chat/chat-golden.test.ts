import { existsSync, readFileSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type ChatMessage, ChatTemplate } from './chat-template.js';

const FOLDER = fileURLToPath(new URL('../../../../../shared/golden/hf-chat', import.meta.url));

interface Case {
  readonly template: string;
  readonly case: string;
  readonly messages: ChatMessage[];
  readonly options: { readonly add_generation_prompt?: boolean };
  readonly rendered: string;
}
interface Expected {
  readonly bos_token: string;
  readonly eos_token: string;
  readonly pad_token: string;
  readonly cases: Case[];
}

describe.skipIf(!existsSync(FOLDER))(
  'chat templates, as transformers renders them (skipped where ../shared is absent)',
  () => {
    let folder: string;
    beforeAll(async () => {
      folder = await mkdtemp(join(tmpdir(), 'glot-chat-'));
    });
    afterAll(async () => {
      await rm(folder, { recursive: true });
    });

    // Conversations of texts that ask for the next turn: what `render` is for.
    const expected: Expected | null = existsSync(FOLDER)
      ? JSON.parse(readFileSync(join(FOLDER, 'expected.json'), 'utf8'))
      : null;
    const texts = (expected?.cases ?? []).filter(
      ({ messages, options }) =>
        messages.every((message) => typeof message.content === 'string') &&
        options.add_generation_prompt === true &&
        Object.keys(options).length === 1,
    );
    it.each(texts)('renders $template: $case', async ({ template, messages, rendered }) => {
      const { bos_token, eos_token, pad_token } = expected!;
      await writeFile(join(folder, 'tokenizer_config.json'), JSON.stringify({ bos_token, eos_token, pad_token }));
      await writeFile(join(folder, 'chat_template.jinja'), readFileSync(join(FOLDER, 'templates', template)));
      expect((await ChatTemplate.load(folder)).render(messages)).toBe(rendered);
    });
  },
);
