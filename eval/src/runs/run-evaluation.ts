import { parseMeasure } from '../measures/measures.js';
import { rankedIds } from '../measures/ranking.js';
import type { MeasureValues, Qrels, Run } from '../types.js';

export interface RunEvaluation {
  /** Means over all queries of the judgements. */
  readonly means: MeasureValues;
  /** Query id -> values by measure name. */
  readonly perQuery: ReadonlyMap<string, MeasureValues>;
}

/**
 * Scores a run against judgements as `trec_eval -c` does: every judged query counts, one without results as 0; queries
 * without judgements do not.
 *
 * @throws GlotError `eval.unknown-measure`
 */
export function evaluateRun(qrels: Qrels, run: Run, measureNames: readonly string[]): RunEvaluation {
  const measures = measureNames.map(parseMeasure);
  const sums = new Float64Array(measures.length);
  const perQuery = new Map<string, MeasureValues>();
  for (const [query, judgements] of qrels) {
    const ranking = rankedIds(run.get(query) ?? new Map());
    const values = measures.map((measure) => measure.compute(ranking, judgements));
    values.forEach((value, i) => {
      sums[i]! += value;
    });
    perQuery.set(query, byName(measures, values));
  }
  const means = [...sums].map((sum) => (qrels.size === 0 ? 0 : sum / qrels.size));
  return { means: byName(measures, means), perQuery };
}

function byName(measures: readonly { readonly name: string }[], values: readonly number[]): MeasureValues {
  return Object.fromEntries(measures.map(({ name }, i) => [name, values[i]!]));
}
