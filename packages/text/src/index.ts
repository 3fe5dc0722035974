/**
 * Text in any script: where it can be parted, its words, how it is compared, how wide it is. What detects languages is
 * `@glot/text/language`, which loads a table of n-grams.
 * @module
 */
export { displayWidth } from './display-width.js';
export type { BlockKind, BlockSpan, DocumentFacts, LineRange, Passage, Place, TextSpan } from './document-parts.js';
export { type FoldedText, foldText, isNormalizationBoundary } from './folded-text.js';
export { nearestWord, type Vocabulary } from './near-words/nearest-word.js';
export { type Granularity, segmenter } from './segmenter.js';
export { graphemeEnds, sentenceEnds, wordEnds } from './segments.js';
export { unreadShare } from './unread-share.js';
export { foldWord } from './word-forms/fold.js';
export { type WordForms, wordFormsOf } from './word-forms/word-forms.js';
export { wordsOf } from './words.js';
