import { expect, it } from 'vitest';
import { splitText } from './split-text.js';

it('splits a text at its paragraphs into exact slices, with the language that it detects or is told', async () => {
  const text = `Der Kran hebt heute die zweite Brückenhälfte ein. ${'Er braucht dafür den ganzen Vormittag. '.repeat(9)}\n\n資料館は毎朝十時に開館します。月曜日は休みます。🍞`;
  const split = await splitText(text, { targetTokens: 60 });
  expect(split).toMatchObject({ format: 'text', text, lang: 'de', title: null });
  expect(split.passages.length).toBeGreaterThan(1);
  for (const { start, end, text: passage } of split.passages) expect(text.slice(start, end)).toBe(passage);
  expect(split.passages.at(-1)?.text).toMatch(/休みます。🍞$/u);
  expect(await splitText('ok', { language: 'sv' })).toMatchObject({
    lang: 'sv',
    passages: [{ text: 'ok', lang: 'sv' }],
  });
  expect((await splitText(' \n\n ')).passages).toEqual([]);
});

it('knows the headings of Markdown', async () => {
  const { passages, title } = await splitText('# القمر\n\nيدور القمر حول الأرض.', { format: 'markdown' });
  expect(title).toBe('القمر');
  expect(passages).toMatchObject([{ headings: ['القمر'] }]);
});
