// Answers by a generator of your own. Here it gives the first line of the best passage, and claims a quote that stands
// nowhere: that one is not shown, since glot looks for every quote in the document before it shows it.
import { type AnswerGenerator, openGlot } from '@glot/glot';

const generator: AnswerGenerator = {
  name: 'first-line',
  async *generate({ contexts: [context] }) {
    if (context === undefined) return;
    const quote = context.text.split('\n').find((line) => line.length > 20) ?? context.text;
    yield { type: 'sentence', sentence: { text: `It says: ${quote}`, score: 1, citations: [{ context, quote }] } };
    const invented = 'An invented sentence that no document holds.';
    yield { type: 'sentence', sentence: { text: invented, score: 0.5, citations: [{ context, quote: invented }] } };
  },
};

const [folder = 'docs', question = 'How do I know that a sourdough starter is ready?'] = process.argv.slice(2);
const glot = await openGlot({ index: '.glot/own-generator.db', mode: 'write' });
await glot.sync([folder]);
const answer = await glot.ask(question, { generator });
for (const { text, citations } of answer.sentences) {
  console.log(text);
  for (const { path, quote } of citations) console.log(`  ${glot.displayPath(path)}: ${quote}`);
}
console.log(`${answer.context.unverified} left out: not found in its passage`);
await glot.close();
