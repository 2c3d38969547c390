import { ExploreError } from '@explore/explore'
import type { Feed, Feeds } from '../bind-feed.ts'
import type { Gradients } from '../graph/gradients.ts'
import type { Parameter, Tensor } from '../graph/types.ts'
import type { Value } from '../runtime.ts'
import { adam, lazyAdam } from './adam.ts'
import { constantRate, type Schedule } from './schedule.ts'
import { touchedRows } from './touched-rows.ts'
import type { DenseRule, RowRule } from './types.ts'

export interface OptimiserOptions {
  /** Learning rate of dense parameters. */
  readonly rate: Schedule | number
  /** Learning rate of tables. Default: `rate`. */
  readonly tableRate?: Schedule | number
  /** Default: adam(). */
  readonly dense?: DenseRule
  /** Default: lazyAdam(). */
  readonly rows?: RowRule
  /** The largest global norm of all gradients of a step; larger ones are scaled down to it. */
  readonly clip?: number
}

/** What stands between a program that computes gradients and the parameters they are of. */
interface Optimiser {
  /** What the program must compute. */
  readonly outputs: Readonly<Record<string, Tensor>>
  /** The inputs that the tables' gradients need beside the caller's. */
  readonly feeds: (given: Feeds) => Feeds
  /** Updates the parameters by the results of a run with these feeds. Steps count from 1. */
  readonly apply: (step: number, results: Readonly<Record<string, Value>>) => void
  readonly parameters: readonly Parameter[]
  /** Live: all values and moments, in a fixed order. */
  readonly arrays: readonly Float32Array[]
}

const schedule = (rate: Schedule | number) => (typeof rate === 'number' ? constantRate(rate) : rate)

export const optimiser = (
  gradients: Gradients<Parameter>,
  { rate, tableRate = rate, dense = adam(), rows = lazyAdam(), clip }: OptimiserOptions,
): Optimiser => {
  const rateOf = schedule(rate)
  const tableRateOf = schedule(tableRate)
  const weights = [...gradients.dense].map(([parameter, gradient], i) => ({
    parameter,
    gradient,
    output: `gradient ${i}`,
    ...dense(parameter.values.length),
  }))
  const tables = gradients.tables.map(({ table, sums, touched, lookups }, i) => {
    const [count, dim] = table.shape
    return {
      parameter: table,
      gradient: sums,
      output: `sums ${i}`,
      dim,
      touched,
      lookups,
      touch: touchedRows(table.name, count, table.padding),
      ...rows(count, dim),
    }
  })
  const all = [...weights, ...tables]
  let touchedIds: readonly Int32Array[] = []

  return {
    outputs: Object.fromEntries(all.map(({ output, gradient }) => [output, gradient])),
    parameters: all.map(({ parameter }) => parameter),
    arrays: all.flatMap(({ parameter, arrays }) => [parameter.values, ...arrays]),
    feeds: given => {
      const fed: Record<string, Feed> = { ...given }
      touchedIds = tables.map(({ touch, touched, lookups }) => {
        const { ids, places } = touch(lookups.map(lookup => idsOf(given, lookup.ids)))
        fed[touched.name] = ids
        lookups.forEach((lookup, i) => (fed[lookup.places.name] = places[i]))
        return ids
      })
      return fed
    },
    apply: (step, results) => {
      const floats = (output: string) => results[output].data as Float32Array
      const denseGradients = weights.map(({ output }) => floats(output))
      // Row 0 is what the padding received: it counts for nothing.
      const rowGradients = tables.map(({ parameter, output, dim }, i) => {
        const [ids, sums] = [touchedIds[i], floats(output)]
        return parameter.padding === undefined
          ? { ids, sums }
          : { ids: ids.subarray(1), sums: sums.subarray(dim) }
      })
      let scale = 1
      if (clip !== undefined) {
        const norm = globalNorm([...denseGradients, ...rowGradients.map(({ sums }) => sums)])
        if (!Number.isFinite(norm)) {
          throw new ExploreError('TRAIN_DIVERGED', `the gradients' norm is ${norm} at step ${step}`)
        }
        scale = Math.min(1, clip / norm)
      }
      weights.forEach(({ parameter, update }, i) =>
        update(parameter.values, denseGradients[i], { step, rate: rateOf(step), scale }),
      )
      tables.forEach(({ parameter, update }, i) =>
        update(parameter.values, rowGradients[i], { step, rate: tableRateOf(step), scale }),
      )
    },
  }
}

const idsOf = (feeds: Feeds, { name }: Tensor) => {
  const feed = feeds[name]
  if (!feed) throw new ExploreError('FEED_INVALID', `input '${name}' is missing`, { field: name })
  return 'data' in feed ? feed.data : feed
}

const globalNorm = (gradients: readonly Float32Array[]): number => {
  let sum = 0
  for (const gradient of gradients) {
    for (let i = 0; i < gradient.length; i++) sum += gradient[i] * gradient[i]
  }
  return Math.sqrt(sum)
}
