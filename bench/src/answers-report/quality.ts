/**
 * Figures of answers and of abstention from questions that were asked without regard to evidence.
 * @module
 */

import { type AnswersEvaluation, type AskedQuestion, answerFigures, riskCurve } from '@glot/eval';
import { calibratedScore, calibrationFor, EVIDENCE_CALIBRATIONS } from '@glot/rag';

/** The language of each set; others go by their folder's name. */
const LANGUAGES: Readonly<Record<string, string>> = {
  'jaquad-dev': 'ja',
  'korquad-dev-half': 'ko',
  'piaf-half': 'fr',
};

export interface SetFigures extends Omit<AnswersEvaluation, 'asked'> {
  readonly lang: string;
}

export interface AbstentionFigures {
  readonly set: string;
  readonly questions: number;
  /** Area under the risk-coverage curve; less is better. */
  readonly area: { readonly evidence: number; readonly topScore: number; readonly best: number };
  readonly answeredOfAnswerable: number;
  readonly abstainedOfUnanswerable: number;
  /** Risk among the most confident tenth, two tenths, ...; by evidence and by the best hit's similarity alone. */
  readonly curve: readonly { readonly coverage: number; readonly evidence: number; readonly topScore: number }[];
}

/** With the calibration of today, whatever it was when the questions were asked. */
export function rescored(evaluation: AnswersEvaluation, encoderName: string): AnswersEvaluation {
  const calibration = EVIDENCE_CALIBRATIONS[encoderName];
  if (calibration === undefined) return evaluation;
  const asked = evaluation.asked.map((question): AskedQuestion => {
    if (question.evidence === null) return question;
    const { features } = question.evidence;
    const { threshold } = calibrationFor(features, calibration);
    return { ...question, evidence: { features, score: calibratedScore(features, calibration), threshold } };
  });
  return { ...evaluation, ...answerFigures(asked), asked };
}

export function setFigures({ asked: _asked, ...figures }: AnswersEvaluation): SetFigures {
  return { lang: LANGUAGES[figures.dataset] ?? figures.dataset, ...figures };
}

const STEPS = 20;

export function abstentionFigures(set: string, asked: readonly AskedQuestion[]): AbstentionFigures {
  const score = ({ evidence }: AskedQuestion) => evidence?.score ?? 0;
  const passes = (question: AskedQuestion) =>
    question.answered && question.evidence !== null && score(question) >= question.evidence.threshold;
  const evidence = riskCurve(asked, score);
  const topScore = riskCurve(asked, (question) => question.topScore);
  const right = (question: AskedQuestion) => question.answerable && question.citedRelevant;
  const best = riskCurve(asked, (question) => (right(question) ? 1 : 0));
  const shareOf = (answerable: boolean, test: (question: AskedQuestion) => boolean) => {
    const group = asked.filter((question) => question.answerable === answerable);
    return group.filter(test).length / Math.max(1, group.length);
  };
  return {
    set,
    questions: asked.length,
    area: { evidence: mean(evidence), topScore: mean(topScore), best: mean(best) },
    answeredOfAnswerable: shareOf(true, passes),
    abstainedOfUnanswerable: shareOf(false, (question) => !passes(question)),
    curve: Array.from({ length: STEPS }, (_, i) => {
      const at = Math.max(1, Math.round((asked.length * (i + 1)) / STEPS));
      return { coverage: at / asked.length, evidence: evidence[at - 1]!, topScore: topScore[at - 1]! };
    }),
  };
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / Math.max(1, values.length);
}
