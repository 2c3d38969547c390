import { keptByRank, type RankedRequest, type Rng } from '@explore/learn'
import { top } from '@explore/pipeline'
import type { Spread } from '../tally.ts'
import { tally } from '../tally.ts'

/** Scores of a request's candidates, one for each. */
export type Scorer<R> = (request: R, index: number) => ArrayLike<number>

/** A ranking of candidates; where it is trained, one scorer for each seed. */
export interface Contender<R> {
  readonly name: string
  readonly seeds: readonly Scorer<R>[]
}

export interface Comparison {
  readonly name: string
  /** Recall@kept@k by k: mean over seeds, standard deviation over seeds, interval over viewers. */
  readonly recall: ReadonlyMap<number, Spread & { readonly deviation?: number }>
  /** Value of the best `places` of what is kept over those of all candidates. */
  readonly value: Spread
  /** How far the first contender is ahead by k, request by request. */
  readonly behind: ReadonlyMap<number, Spread>
}

/**
 * How much of the teacher's best each contender keeps among its `kept` best, and how far the first of them is ahead:
 * paired by request, resampled by viewer. `viewerOf` gives each request's viewer.
 */
export const compareRankings = <R extends RankedRequest>(
  requests: readonly R[],
  contenders: readonly Contender<R>[],
  options: {
    readonly kept: number
    readonly best: readonly number[]
    readonly places: number
    readonly viewerOf: (request: R) => number
    readonly random: Rng
  },
): readonly Comparison[] => {
  const { kept, best, places, viewerOf, random } = options
  const figures = tally()
  /** By contender: recall of each k [seeds][requests]. */
  const recalls = contenders.map(({ name, seeds }) => {
    const bySeed = seeds.map(score => {
      const scores = requests.map(score)
      requests.forEach((request, i) =>
        figures.add(
          `${name} value`,
          viewerOf(request),
          ...valueKept(request, scores[i]!, kept, places),
        ),
      )
      return best.map(k => requests.map(({ values }, i) => keptByRank(values, scores[i]!, kept, k)))
    })
    return new Map(best.map((k, at) => [k, bySeed.map(seed => seed[at]!)]))
  })
  return contenders.map(({ name }, c) => {
    const recall = new Map<number, Spread & { deviation?: number }>()
    const behind = new Map<number, Spread>()
    for (const k of best) {
      const own = recalls[c]!.get(k)!
      const first = recalls[0]!.get(k)!
      requests.forEach((request, i) => {
        const mine = mean(own.map(seed => seed[i]!))
        figures.add(`${name}@${k}`, viewerOf(request), mine)
        figures.add(
          `${name} behind@${k}`,
          viewerOf(request),
          mean(first.map(seed => seed[i]!)) - mine,
        )
      })
      const means = own.map(mean)
      recall.set(k, {
        ...figures.spread(`${name}@${k}`, random)!,
        ...(own.length > 1 && { deviation: deviation(means) }),
      })
      behind.set(k, figures.spread(`${name} behind@${k}`, random)!)
    }
    return { name, recall, value: figures.spread(`${name} value`, random)!, behind }
  })
}

/** The teacher's value of the `places` best of the `kept` by score, and of the `places` best of all. */
const valueKept = (
  { values }: RankedRequest,
  scores: ArrayLike<number>,
  kept: number,
  places: number,
): [over: number, under: number] => {
  const best = (of: ArrayLike<number>): number =>
    top(of, places).reduce((sum, place) => sum + of[place]!, 0)
  return [best(Float32Array.from(top(scores, kept), place => values[place]!)), best(values)]
}

const mean = (values: readonly number[]): number =>
  values.reduce((sum, value) => sum + value, 0) / values.length

const deviation = (values: readonly number[]): number => {
  const middle = mean(values)
  return Math.sqrt(
    values.reduce((sum, value) => sum + (value - middle) ** 2, 0) / (values.length - 1),
  )
}
