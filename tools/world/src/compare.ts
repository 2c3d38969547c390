import { METRICS, type Count, type Metric, type Outcome } from './outcome.ts'
import { textTable } from './text-table.ts'

export interface CompareOptions {
  /** The arm that every arm is set against. */
  readonly baseline?: string
  /** Arms between which the gap is measured. */
  readonly floor?: string
  readonly ceiling?: string
}

export interface Estimate {
  readonly policy: string
  readonly metric: Metric['name']
  readonly mean: number
  /** Less the baseline's mean, with its 95 % interval; absent for the baseline itself. */
  readonly difference?: { readonly value: number; readonly low: number; readonly high: number }
  /** Share of the gap between floor and ceiling that the arm closes; absent without both. */
  readonly gapClosed?: number
}

/**
 * Compares arms that ran on the same seeds and viewers. Differences are paired twice, by viewer
 * (means over seeds; delta method for the ratio) and, from three seeds on, by seed (Student's t):
 * the interval is the wider one, so that neither odd viewers nor one lucky run can decide.
 */
export const compare = (
  outcomes: readonly Outcome[],
  { baseline = 'random', floor = 'random', ceiling = 'oracle' }: CompareOptions = {},
): readonly Estimate[] => {
  const arms = Map.groupBy(outcomes, outcome => outcome.policy)
  const base = arms.get(baseline)
  if (!base) throw new RangeError(`no outcome of the baseline ${baseline}`)
  const [low, high] = [arms.get(floor), arms.get(ceiling)]
  return METRICS.flatMap(metric =>
    [...arms].map(([policy, runs]) => ({
      policy,
      metric: metric.name,
      mean: ratio(runs, metric).mean,
      ...(policy !== baseline && { difference: pairedDifference(runs, base, metric) }),
      ...(low && high && 'gap' in metric && { gapClosed: shareOfGap(runs, low, high, metric) }),
    })),
  )
}

/** A ratio of sums over runs and viewers, and how far each viewer pulls it. */
const ratio = (runs: readonly Outcome[], { over, under }: Metric) => {
  const above = sumOverRuns(runs, over)
  const below = sumOverRuns(runs, under)
  const total = sum(below)
  const mean = sum(above) / total
  return {
    mean,
    pulls: above.map((value, user) => ((value - mean * below[user]!) / total) * above.length),
  }
}

const pairedDifference = (
  arm: readonly Outcome[],
  base: readonly Outcome[],
  metric: Metric,
): NonNullable<Estimate['difference']> => {
  const pairs = arm.map(run => {
    const twin = base.find(({ seed }) => seed === run.seed)
    if (!twin) throw new RangeError(`the baseline has no run with seed ${run.seed}`)
    return [run, twin] as const
  })
  const [ours, theirs] = [
    ratio(arm, metric),
    ratio(
      pairs.map(([, twin]) => twin),
      metric,
    ),
  ]
  const value = ours.mean - theirs.mean
  const byUser = standardError(ours.pulls.map((pull, user) => pull - theirs.pulls[user]!))
  const bySeed = standardError(
    Float64Array.from(
      pairs,
      ([run, twin]) => ratio([run], metric).mean - ratio([twin], metric).mean,
    ),
  )
  const half = Math.max(1.96 * byUser, pairs.length < 3 ? 0 : studentT(pairs.length - 1) * bySeed)
  return { value, low: value - half, high: value + half }
}

const shareOfGap = (
  arm: readonly Outcome[],
  floor: readonly Outcome[],
  ceiling: readonly Outcome[],
  metric: Metric,
): number => {
  const [value, low, high] = [arm, floor, ceiling].map(runs => ratio(runs, metric).mean)
  return (value! - low!) / (high! - low!)
}

const sumOverRuns = (runs: readonly Outcome[], count: Count | 'users'): Float64Array => {
  const sums = new Float64Array(runs[0]?.users.visits.length ?? 0)
  for (const { users } of runs)
    sums.forEach((_, user) => (sums[user]! += count === 'users' ? 1 : users[count][user]!))
  return sums
}

const sum = (values: Float64Array): number => values.reduce((total, value) => total + value, 0)

/** Standard error of the mean of the values. */
const standardError = (values: Float64Array): number => {
  const centre = sum(values) / values.length
  const squares = values.reduce((total, value) => total + (value - centre) ** 2, 0)
  return Math.sqrt(squares / (values.length - 1) / values.length)
}

/** Two-sided 95 % quantile of Student's t, to 0.3 % from two degrees of freedom (Cornish-Fisher beyond six). */
const studentT = (degrees: number): number => {
  const exact = [NaN, 12.706, 4.303, 3.182, 2.776, 2.571, 2.447][degrees]
  const z = 1.96
  const second = (5 * z ** 5 + 16 * z ** 3 + 3 * z) / 96
  return exact ?? z + (z ** 3 + z) / 4 / degrees + second / degrees ** 2
}

/** The comparison as text: a row per arm, a column per metric, then the differences. */
export const renderComparison = (estimates: readonly Estimate[]): string => {
  const policies = [...new Set(estimates.map(({ policy }) => policy))]
  const of = (policy: string) => estimates.filter(estimate => estimate.policy === policy)
  const show = (value: number) => value.toFixed(4)
  const percent = (share?: number) => (share === undefined ? '' : `${(100 * share).toFixed(1)} %`)
  const metrics = of(policies[0]!).map(({ metric }) => metric)
  const means = textTable(
    ['policy', ...metrics],
    policies.map(policy => [policy, ...of(policy).map(({ mean }) => show(mean))]),
  )
  const differences = textTable(
    ['difference to baseline', 'policy', 'value', '95 % interval', 'gap closed'],
    estimates.flatMap(({ policy, metric, difference, gapClosed }) =>
      difference
        ? [
            [
              metric,
              policy,
              show(difference.value),
              `${show(difference.low)} … ${show(difference.high)}`,
              percent(gapClosed),
            ],
          ]
        : [],
    ),
  )
  return `${means}\n\n${differences}`
}
