import type {} from './error-codes.js';

export { displayWidth } from '@glot/text';
export { type CalibrationReport, calibrateAbstention, riskCurve } from './answers/abstention-calibration.js';
export { type AnswersEvaluation, type AskedQuestion, answerFigures } from './answers/answer-figures.js';
export { answerUnits, exactMatch, holdsAnswer, overlapF1 } from './answers/answer-text.js';
export { type EvaluateAnswersOptions, evaluateAnswers } from './answers/rag-evaluation.js';
export { type RedTeamReport, runRedTeam } from './answers/red-team.js';
export { type AnswerDataset, type AnswerQuestion, loadAnswerDataset } from './datasets/answer-questions.js';
export { type LoadDatasetOptions, loadBeirDataset, passageText, readBeirQrels } from './datasets/beir-dataset.js';
export { textDocument } from './datasets/text-document.js';
export { readLines } from './datasets/text-lines.js';
export {
  evaluateTranslationPairs,
  type TranslationPairsEvaluation,
  type TranslationPairsOptions,
} from './datasets/translation-pairs.js';
export { type Measure, parseMeasure } from './measures/measures.js';
export { rankedIds } from './measures/ranking.js';
export { formatTrecQrels, formatTrecRun, readTrecQrels, readTrecRun } from './measures/trec-files.js';
export { formatTable } from './report/table.js';
export { DEFAULT_MEASURES, DEFAULT_MODES, evaluateDataset } from './runs/dataset-evaluation.js';
export { evaluateRun, type RunEvaluation } from './runs/run-evaluation.js';
export { withEncoding } from './runs/with-encoding.js';
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
