// Documents that are rows of a database: they are stored under keys of your own, and searched and asked like files.
import { openGlot } from '@glot/glot';

/** As they would come from a query. */
const rows = [
  { id: 'faq/1', language: 'de', title: 'Kündigung', text: 'Die Monatskarte kann bis zum Zehnten gekündigt werden.' },
  { id: 'faq/2', language: 'ja', title: '開館時間', text: '資料館は毎朝十時に開館します。\n\n月曜日は休みます。' },
  { id: 'faq/3', language: 'es', title: 'Reembolso', text: 'El reembolso llega en cinco días hábiles.' },
];

const glot = await openGlot({ index: '.glot/database.db', mode: 'write' });
await glot.add(rows.map((row) => ({ ...row, fields: { source: 'faq' } })));

const [hit] = await glot.search('When does the museum open?');
console.log(hit?.path, hit?.text);
const answer = await glot.ask('Bis wann kann ich die Monatskarte kündigen?');
console.log(answer.sentences.map(({ text }) => text).join(' '));
await glot.close();
