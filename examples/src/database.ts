// Documents that are rows of a database: they are stored under keys of your own, and searched and asked like files.
import { createHash } from 'node:crypto';
import { openEncoder } from '@glot/encoder';
import { openIndex } from '@glot/index';
import { ask, retrieve } from '@glot/rag';

/** As they would come from a query. */
const rows = [
  { id: 'faq/1', lang: 'de', title: 'Kündigung', text: 'Die Monatskarte kann bis zum Zehnten gekündigt werden.' },
  { id: 'faq/2', lang: 'ja', title: '開館時間', text: '資料館は毎朝十時に開館します。\n\n月曜日は休みます。' },
  { id: 'faq/3', lang: 'es', title: 'Reembolso', text: 'El reembolso llega en cinco días hábiles.' },
];

/** One passage a paragraph: exact slices of the text. */
function paragraphs(text: string, lang: string) {
  return [...text.matchAll(/\S(?:.|\n(?!\n))*/gu)].map(({ 0: paragraph, index: start }) => {
    const place = { headings: [], page: null, lines: null, lang };
    return { text: paragraph, start, end: start + paragraph.length, ...place };
  });
}

const encoder = await openEncoder();
const { name, fingerprint, dim } = encoder;
const index = await openIndex({ file: '.glot/database.db', mode: 'write', encoder: { name, fingerprint, dim } });
for (const { id, lang, title, text } of rows) {
  const passages = paragraphs(text, lang);
  const vectors = await encoder.encodeDocuments(passages.map((passage) => passage.text));
  const contentHash = createHash('sha256').update(text).digest('hex');
  const document = { path: id, contentHash, sizeBytes: text.length, modifiedMs: Date.now(), format: 'text' };
  await index.upsert({ ...document, title, lang, meta: { source: 'faq' }, text, passages }, vectors);
}

const [hit] = await retrieve('When does the museum open?', { index, encoder });
console.log(hit?.path, hit?.text);
const answer = await ask('Bis wann kann ich die Monatskarte kündigen?', { index, encoder });
console.log(answer.sentences.map(({ text }) => text).join(' '));
await index.close();
await encoder.dispose();
