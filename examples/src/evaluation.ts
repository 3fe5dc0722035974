// How well a test collection of your own is searched: documents, queries and judgements in the layout of BEIR.
import { mkdirSync, writeFileSync } from 'node:fs';
import { openEncoder } from '@glot/encoder';
import { evaluateDataset, formatTable } from '@glot/eval';

const folder = '.glot/evaluation';
const lines = (rows: readonly object[]) => rows.map((row) => `${JSON.stringify(row)}\n`).join('');
mkdirSync(`${folder}/qrels`, { recursive: true });
writeFileSync(
  `${folder}/corpus.jsonl`,
  lines([
    { _id: 'd1', title: 'Freibad', text: 'Das Freibad öffnet im Mai, jeden Tag um neun Uhr.' },
    { _id: 'd2', title: '資料館', text: '川辺の資料館は毎朝十時に開館します。' },
    { _id: 'd3', title: 'Mercado', text: 'El mercado flotante abre los sábados por la mañana.' },
  ]),
);
writeFileSync(
  `${folder}/queries.jsonl`,
  lines([
    { _id: 'q1', text: 'When does the open-air pool open?' },
    { _id: 'q2', text: '資料館は何時に開きますか' },
    { _id: 'q3', text: 'On which days is the floating market open?' },
  ]),
);
writeFileSync(`${folder}/qrels/test.tsv`, 'query-id\tcorpus-id\tscore\nq1\td1\t1\nq2\td2\t1\nq3\td3\t1\n');

const encoder = await openEncoder();
console.log(formatTable([await evaluateDataset(folder, { encoder })]));
await encoder.dispose();
