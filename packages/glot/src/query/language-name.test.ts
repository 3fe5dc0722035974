import { expect, it } from 'vitest';
import { languageNamed } from './language-name.js';

it.each([
  ['de', 'de'],
  ['DE', 'de'],
  ['de-AT', 'de'],
  ['pt_BR', 'pt'],
  ['deu', 'de'],
  ['German', 'de'],
  ['deutsch', 'de'],
  ['日本語', 'ja'],
  ['русский', 'ru'],
  ['العربية', 'ar'],
  ['und', 'und'],
  ['klingonisch', null],
  ['', null],
  ['xq', null],
])('%s is %s', (name, code) => {
  expect(languageNamed(name)).toBe(code);
});
