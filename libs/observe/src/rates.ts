import type { Sample } from './exposition.ts'

/** What happened between two looks at the metrics of a process. */
export interface Between {
  /** Per second, summed over all series whose labels include `labels`. */
  readonly rate: (name: string, labels?: Sample['labels']) => number
  /** Per second, by the values of one label; those that did not move are left out. */
  readonly ratesBy: (name: string, label: string) => ReadonlyMap<string, number>
  /** As it is now, summed; undefined where it is not told. */
  readonly value: (name: string, labels?: Sample['labels']) => number | undefined
  /** The value of a label now, as `explore_bundle_info` has it. */
  readonly labelOf: (name: string, label: string) => string | undefined
  /** A quantile of what a histogram got between the looks, by its buckets; undefined where it got nothing. */
  readonly quantile: (name: string, q: number, labels?: Sample['labels']) => number | undefined
  /** The mean of what a histogram got; undefined where it got nothing. */
  readonly mean: (name: string, labels?: Sample['labels']) => number | undefined
}

/** Compares two expositions taken `seconds` apart. A counter that fell was begun anew: all of it is new. */
export const between = (
  before: readonly Sample[],
  after: readonly Sample[],
  seconds: number,
): Between => {
  const known = new Map(before.map(sample => [keyOf(sample), sample.value]))
  const grown = after.map(sample => {
    const old = known.get(keyOf(sample)) ?? 0
    return { ...sample, by: sample.value >= old ? sample.value - old : sample.value }
  })
  const named = (name: string, labels: Sample['labels'] = {}) =>
    grown.filter(
      sample =>
        sample.name === name &&
        Object.entries(labels).every(([label, value]) => sample.labels[label] === value),
    )
  const growth = (name: string, labels?: Sample['labels']): number =>
    named(name, labels).reduce((sum, { by }) => sum + by, 0)

  return {
    rate: (name, labels) => growth(name, labels) / seconds,
    ratesBy: (name, label) => {
      const rates = new Map<string, number>()
      for (const { labels, by } of named(name)) {
        const value = labels[label] ?? ''
        if (by > 0) rates.set(value, (rates.get(value) ?? 0) + by / seconds)
      }
      return rates
    },
    value: (name, labels) => {
      const found = named(name, labels)
      return found.length === 0 ? undefined : found.reduce((sum, { value }) => sum + value, 0)
    },
    labelOf: (name, label) => named(name).find(({ value }) => value > 0)?.labels[label],
    quantile: (name, q, labels) => {
      const buckets = new Map<number, number>()
      for (const { labels: own, by } of named(`${name}_bucket`, labels)) {
        const le = own.le === '+Inf' ? Infinity : Number(own.le)
        buckets.set(le, (buckets.get(le) ?? 0) + by)
      }
      return quantileOf(
        [...buckets].sort(([a], [b]) => a - b),
        q,
      )
    },
    mean: (name, labels) => {
      const count = growth(`${name}_count`, labels)
      return count === 0 ? undefined : growth(`${name}_sum`, labels) / count
    },
  }
}

/** Of cumulative buckets: where in its bucket the quantile is, as if the bucket were filled evenly. */
const quantileOf = (
  buckets: readonly (readonly [le: number, count: number])[],
  q: number,
): number | undefined => {
  const total = buckets.at(-1)?.[1] ?? 0
  if (total === 0) return undefined
  const rank = q * total
  let [from, below] = [0, 0]
  for (const [le, count] of buckets) {
    // Beyond the last bound nothing is known but that it is beyond.
    if (count >= rank)
      return le === Infinity ? from : from + (le - from) * ((rank - below) / (count - below))
    ;[from, below] = [le, count]
  }
  return undefined
}

const keyOf = ({ name, labels }: Sample): string =>
  `${name}${JSON.stringify(Object.entries(labels).sort(([a], [b]) => (a < b ? -1 : 1)))}`
