/**
 * The language in which to speak to a model about a question: by script where that tells, by frequent words and letters
 * among the Latin ones. Null where it is none of the prompts' languages or cannot be told.
 */
import { segmenter } from '@glot/text';

const SCRIPTS: readonly (readonly [RegExp, string])[] = [
  [/[\p{Script=Hiragana}\p{Script=Katakana}]/gu, 'ja'],
  [/\p{Script=Hangul}/gu, 'ko'],
  [/\p{Script=Han}/gu, 'zh'],
  // Letters of Persian, Urdu and others that Arabic does not have tell them apart.
  [/(?![ٹپچژکگھہیے])\p{Script=Arabic}/gu, 'ar'],
];

const WORDS: Readonly<Record<string, string>> = {
  en: 'the is are was were what who when where which how why do does did many much of and in to can i my it for with',
  de: 'der die das ist sind war wer was wann wo welche welcher welches wie warum viel viele und von den dem ein eine ich kann zu im für nicht wurde hat',
  fr: 'le la les est sont était qui que quoi quand où quel quelle quels quelles comment pourquoi combien de du des et un une dans en sur pour je au aux',
  es: 'el la los las es son era quién qué cuándo dónde cuál cuáles cómo cuánto cuántos cuántas por de del y un una en para se con al fue',
  pt: 'o a os as é são era quem que quando onde qual quais como quanto quantos quantas por de do da dos das e um uma em no na para com não foi',
  it: 'il lo la i gli le è sono era chi che cosa quando dove quale quali come perché quanto quanti quante di del della dei e un una in nel per con fu',
};

const byWord = new Map<string, string[]>();
for (const [lang, words] of Object.entries(WORDS)) {
  for (const word of words.split(' ')) byWord.set(word, [...(byWord.get(word) ?? []), lang]);
}

const words = segmenter('word');

export function questionLanguage(question: string): string | null {
  const text = question.normalize('NFKC');
  const letters = text.match(/\p{L}/gu)?.length ?? 0;
  let share = 0;
  for (const [pattern, lang] of SCRIPTS) {
    share += text.match(pattern)?.length ?? 0;
    // A few kana among Han make it Japanese: scripts are tried in that order.
    if (share > 0 && share >= (lang === 'ja' ? 0.1 : 0.4) * letters) return lang;
  }
  const votes = new Map<string, number>();
  for (const { segment, isWordLike } of words.segment(text.toLowerCase())) {
    const languages = isWordLike ? (byWord.get(segment) ?? []) : [];
    for (const lang of languages) votes.set(lang, (votes.get(lang) ?? 0) + 1 / languages.length);
  }
  const [best, second] = [...votes].sort((a, b) => b[1] - a[1]);
  if (best === undefined || best[1] === second?.[1]) return null;
  return best[0];
}
