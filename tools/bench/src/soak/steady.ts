import type { Figure } from '../figures.ts'
import { slopeOf } from './latency-histogram.ts'
import type { SoakSample } from './soak-report.ts'

/** Of the window: what its beginning and its end are told by. */
const EDGE = 0.1

/**
 * What stays of memory and descriptors while the same server runs. The window must begin and end at the same height of the
 * day's curve: what load takes comes and goes within it then, and what a slope has left is kept for good.
 */
export const steadyFigures = (
  samples: readonly SoakSample[],
  from: number,
  to: number,
): readonly Figure[] => {
  const window = samples.filter(({ at }) => at >= from && at <= to)
  const edge = Math.max(1, Math.round(window.length * EDGE))
  const [morning, evening] = [window.slice(0, edge), window.slice(-edge)]
  const figures = (
    name: string,
    units: readonly [slope: string, more: string],
    of: (sample: SoakSample) => number,
  ): readonly Figure[] => {
    const [first, last] = [mean(morning.map(of)), mean(evening.map(of))]
    return [
      {
        ...{
          name: `slope of ${name}`,
          value: 3600 * slopeOf(window.map(each => [each.at, of(each)])),
        },
        unit: units[0],
        note: `${window.length} samples from ${from.toFixed(0)} to ${to.toFixed(0)} s, as much load at both ends`,
      },
      {
        ...{ name: `${name}, evening less morning`, value: last - first, unit: units[1] },
        note: `${first.toFixed(0)} in the morning, ${Math.max(...window.map(of)).toFixed(0)} at most, ${last.toFixed(0)} in the evening`,
      },
    ]
  }
  return [
    ...figures('memory', ['MB/h', 'MB'], each => each.residentMb),
    ...figures('descriptors', ['1/h', ''], each => each.descriptors),
  ]
}

const mean = (values: readonly number[]): number =>
  values.reduce((sum, value) => sum + value, 0) / values.length
