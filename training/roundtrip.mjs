// Compares tokenizer.py with @huggingface/tokenizers on the same texts:
//   node roundtrip.mjs <tokenizer.json> <cases.json>
// Cases: [{text, ids}] by tokenizer_check.py, or {prefixes: {text: id}, cases} by small/cases.py.
// Run it where @huggingface/tokenizers is installed.
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
const { Tokenizer } = createRequire(process.cwd() + "/")("@huggingface/tokenizers");
const [file, read] = process.argv.slice(2).map((f) => JSON.parse(readFileSync(f, "utf8")));
const prefixes = read.prefixes ?? { "[Q] ": Math.max(...file.added_tokens.map((t) => t.id)) - 1 };
const cases = read.cases ?? read;
const tokenizer = new Tokenizer(file, {});
let bad = 0;
for (const { text, ids } of cases) {
  const got = tokenizer.encode(text).ids;
  const want = [1, ...ids];
  if (got.join() !== want.join()) {
    if (bad++ < 10) console.log("differs:", JSON.stringify(text.slice(0, 80)), got.slice(0, 20), want.slice(0, 20));
  }
}
for (const [text, id] of Object.entries(prefixes)) {
  const got = tokenizer.encode(text).ids;
  if (got.join() !== `1,${id}`) console.log("prefix is not one id:", got), bad++;
}
console.log(`${cases.length} texts, ${bad} differ`);
process.exitCode = bad ? 1 : 0;
