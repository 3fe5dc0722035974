export { displayWidth } from '@glot/text';
export { type CalibrationReport, calibrateAbstention, riskCurve } from './abstention-calibration.js';
export type { AnswersEvaluation, AskedQuestion } from './answer-figures.js';
export { type AnswerDataset, type AnswerQuestion, loadAnswerDataset } from './answer-questions.js';
export { answerUnits, exactMatch, holdsAnswer, overlapF1 } from './answer-text.js';
export { type LoadDatasetOptions, loadBeirDataset, passageText, readBeirQrels } from './beir-dataset.js';
export { DEFAULT_MEASURES, DEFAULT_MODES, evaluateDataset } from './dataset-evaluation.js';
export { type Measure, parseMeasure } from './measures.js';
export { type EvaluateAnswersOptions, evaluateAnswers } from './rag-evaluation.js';
export { rankedIds } from './ranking.js';
export { evaluateRun, type RunEvaluation } from './run-evaluation.js';
export { formatTable } from './table.js';
export {
  evaluateTranslationPairs,
  type TranslationPairsEvaluation,
  type TranslationPairsOptions,
} from './translation-pairs.js';
export { formatTrecQrels, formatTrecRun, readTrecQrels, readTrecRun } from './trec-files.js';
export type {
  BeirDataset,
  BeirPassage,
  BeirQuery,
  DatasetEvaluation,
  EvaluateDatasetOptions,
  EvaluationProgress,
  MeasureValues,
  OpenEmptyIndex,
  Qrels,
  Run,
} from './types.js';
