import { HEADS, type Settings } from '@explore/explore'
import type { BundleQuality } from '@explore/learn'

/** One demand that a bundle must meet before it serves. */
export interface Gate {
  readonly gate: 'numbers' | 'NE' | 'calibration' | 'recall' | 'survival' | 'drift'
  /** What it is about: a head, or a cut. */
  readonly of: string
  readonly value: number
  /** The same of the bundle that serves. */
  readonly current?: number
  /** What was asked, in words. */
  readonly bound: string
  readonly passed: boolean
}

/** What was measured of one bundle, and of the one that serves, on the same examples. */
export interface Measured {
  readonly candidate: BundleQuality
  readonly current?: BundleQuality
  /** Population stability index of the values of the same impressions. */
  readonly drift?: number
}

/** Half-width of a 95 % interval of log(predicted / happened), the events being Poisson. */
const noise = (positives: number): number => 1.96 / Math.sqrt(positives)

/** Holds a bundle against the thresholds; what the examples are too few to tell is no gate. */
export const judge = (
  { candidate, current, drift }: Measured,
  settings: Settings,
): readonly Gate[] => {
  const gates: Gate[] = []
  const { broken } = candidate
  gates.push({
    gate: 'numbers',
    of: broken ?? 'every answer',
    value: broken === undefined ? 1 : 0,
    bound: 'finite',
    passed: broken === undefined,
  })
  for (const head of HEADS) {
    const { positives, ne, calibration } = candidate.heads[head]
    if (positives < settings['gates.leastPositives']) continue
    const before = current?.heads[head]
    const most = settings['gates.maxNe']
    const near = (before?.ne ?? Infinity) * (1 + settings['gates.neLoss'])
    gates.push({
      gate: 'NE',
      of: head,
      value: ne,
      ...(before && { current: before.ne }),
      bound: `≤ ${short(Math.min(most, near))}`,
      passed: ne <= most && ne <= near,
    })
    const width = Math.log1p(settings['gates.calibration'])
    gates.push({
      gate: 'calibration',
      of: head,
      value: calibration,
      ...(before && { current: before.calibration }),
      bound: `${short(Math.exp(-width))} … ${short(Math.exp(width))}`,
      passed: Math.abs(Math.log(calibration)) - noise(positives) <= width,
    })
  }
  if (candidate.queries >= settings['gates.leastQueries'] && current !== undefined) {
    const least = current.recall * (1 - settings['gates.recallLoss'])
    gates.push({
      gate: 'recall',
      of: '@100',
      value: candidate.recall,
      current: current.recall,
      bound: `≥ ${short(least)}`,
      // Not `<`: NaN passes nothing.
      passed: candidate.recall >= least,
    })
  }
  if (candidate.requests >= settings['gates.leastQueries']) {
    gates.push({
      gate: 'survival',
      of: '@100@25',
      value: candidate.survival,
      ...(current && { current: current.survival }),
      bound: `≥ ${short(settings['gates.leastSurvival'])}`,
      passed: candidate.survival >= settings['gates.leastSurvival'],
    })
  }
  if (drift !== undefined && candidate.impressions > 0) {
    gates.push({
      gate: 'drift',
      of: 'value, PSI',
      value: drift,
      bound: `≤ ${short(settings['gates.maxDrift'])}`,
      passed: drift <= settings['gates.maxDrift'],
    })
  }
  return gates
}

/** The gates that a bundle failed, in words: `NE of click is 1.02, wanted ≤ 0.91`. */
export const failuresOf = (gates: readonly Gate[]): readonly string[] =>
  gates
    .filter(({ passed }) => !passed)
    .map(({ gate, of, value, bound }) =>
      gate === 'numbers'
        ? `${of} is not a number`
        : `${gate} of ${of} is ${short(value)}, wanted ${bound}`,
    )

const short = (value: number): string => String(Number(value.toPrecision(3)))
