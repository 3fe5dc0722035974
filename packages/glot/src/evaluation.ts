/**
 * How well an encoder finds and answers, by judged datasets.
 * @module
 */
export { evaluateAnswers, evaluateDataset, evaluateTranslationPairs, formatTable } from '@glot/eval';
