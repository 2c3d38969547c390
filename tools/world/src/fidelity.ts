import { countFloor, PLAIN, scoreFloor, type Floor } from './floor.ts'
import type { Impressions, Label } from './impressions.ts'
import { gini, intraClassCorrelation, mean, topShare } from './statistics.ts'
import { textTable } from './text-table.ts'

/** One statistic of a log beside what was measured on real ones. */
export interface FidelityRow {
  readonly statistic: string
  /** Least and most of the real measurements. */
  readonly target: readonly [number, number]
  readonly value: number
  /** Whether the value lies in the target, widened by the statistic's tolerance. */
  readonly fits: boolean
}

interface Statistic {
  readonly name: string
  readonly target: readonly [number, number]
  /** Widening of the target: `relative` to its ends, `absolute` in the statistic's unit. */
  readonly relative?: number
  readonly absolute?: number
  measure(log: Impressions): number
}

/*
 * Targets: KuaiRand-Pure (Gao et al., CIKM 2022), standard policy, 25 April to 8 May 2022, per
 * impression; save, and the other end of a range, from its item statistics of that month, per show.
 */
const rate = (label: Label, least: number, most = least): Statistic => ({
  name: label,
  target: [least, most],
  relative: 0.2,
  measure: log => mean(column(log, label)),
})

const given = (label: Label, clicked: 0 | 1, target: number): Statistic => ({
  name: `${label} | ${clicked ? 'click' : 'no click'}`,
  target: [target, target],
  relative: 0.4,
  absolute: 0.0002,
  measure: log => {
    const clicks = column(log, 'click')
    return mean(column(log, label).filter((_, row) => clicks[row] === clicked))
  },
})

const correlation = (label: Label, by: 'users' | 'items', target: number): Statistic => ({
  name: `ICC ${label} by ${by === 'users' ? 'user' : 'item'}`,
  target: [target, target],
  absolute: 0.06,
  measure: log => intraClassCorrelation(log[by], column(log, label)),
})

const concentration = (
  name: string,
  target: number,
  of: (counts: number[]) => number,
): Statistic => ({
  name: `item impressions: ${name}`,
  target: [target, target],
  relative: 0.2,
  measure: log => {
    const counts: number[] = []
    for (const item of log.items) counts[item] = (counts[item] ?? 0) + 1
    return of(counts)
  },
})

/** Widely: viewers have some sixty impressions here and nine there, so that counters know more. */
const floor = (
  label: Label,
  name: string,
  target: number,
  mask: Partial<typeof PLAIN>,
): Statistic => ({
  name: `AUC ${label} by ${name}`,
  target: [target, target],
  absolute: 0.12,
  measure: log => scoreFloor(splitFloor(log, label), { ...PLAIN, ...mask }).auc,
})

const STATISTICS: readonly Statistic[] = [
  rate('click', 0.442),
  rate('long_view', 0.311),
  rate('like', 0.0171, 0.0228),
  rate('save', 0.0028),
  rate('share', 0.0005, 0.00085),
  rate('comment', 0.0025),
  rate('follow', 0.0013),
  rate('see_less', 0.00059, 0.00083),
  given('long_view', 1, 0.7008),
  given('like', 1, 0.0318),
  given('like', 0, 0.0055),
  given('comment', 1, 0.0056),
  given('comment', 0, 0.0001),
  given('share', 1, 0.0018),
  given('share', 0, 0.0001),
  given('see_less', 1, 0.00082),
  given('see_less', 0, 0.00084),
  correlation('click', 'users', 0.153),
  correlation('click', 'items', 0.116),
  correlation('long_view', 'users', 0.133),
  correlation('long_view', 'items', 0.106),
  correlation('like', 'users', 0.18),
  correlation('like', 'items', 0.022),
  correlation('see_less', 'users', 0.101),
  correlation('see_less', 'items', 0),
  correlation('share', 'users', 0.012),
  correlation('share', 'items', 0.005),
  concentration('Gini', 0.73, gini),
  concentration('top 1 %', 0.17, counts => topShare(counts, 0.01)),
  concentration('top 10 %', 0.6, counts => topShare(counts, 0.1)),
  floor('click', 'item', 0.661, { user: 0 }),
  floor('click', 'user', 0.628, { item: 0 }),
  floor('click', 'item and user', 0.697, {}),
  floor('long_view', 'item and user', 0.698, {}),
  floor('like', 'item and user', 0.773, {}),
]

/** Measures a log against the real ones. */
export const fidelity = (log: Impressions): readonly FidelityRow[] =>
  STATISTICS.map(({ name, target, relative = 0, absolute = 0, measure }) => {
    const value = measure(log)
    const [least, most] = target
    const fits =
      value >= least * (1 - relative) - absolute && value <= most * (1 + relative) + absolute
    return { statistic: name, target, value, fits }
  })

/** The first six days in fourteen of a log to count on, the last eight to test on, as in the targets. */
export const splitFloor = (log: Impressions, label: Label): Floor => {
  const first = log.times[0] ?? 0
  const span = (log.times[log.length - 1] ?? 0) - first
  const at = first + (6 / 14) * span
  return countFloor(log, label, { until: at, from: at })
}

/** The fidelity table as text; `real` adds what the same code measures on a real log. */
export const renderFidelity = (
  rows: readonly FidelityRow[],
  real?: readonly FidelityRow[],
): string => {
  const show = (value: number) => (Number.isNaN(value) ? '–' : value.toPrecision(3))
  const lines = rows.map(({ statistic, target: [least, most], value, fits }, at) => [
    statistic,
    least === most ? show(least) : `${show(least)} – ${show(most)}`,
    show(value),
    ...(real ? [show(real[at]!.value)] : []),
    fits ? 'yes' : 'no',
  ])
  const header = ['statistic', 'target', 'simulated', ...(real ? ['KuaiRand here'] : []), 'fits']
  return textTable(header, lines)
}

/** A label's column; a single NaN, which no statistic survives, where the log has no such label. */
const column = (log: Impressions, label: Label): Float64Array =>
  Float64Array.from<number>(log.labels[label] ?? [NaN])
