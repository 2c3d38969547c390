import { CANDIDATE_DENSE, COUNTERS, field } from '@explore/explore'
import {
  embedder,
  type Examples,
  meanValues,
  products,
  type RetrievedRequest,
  type Rng,
  type TrainedFirstStage,
  viewerFeeds,
} from '@explore/learn'
import type { Contender, Scorer } from './compare-rankings.ts'

/** Column of `candidate.dense`: smoothed log-odds of a click. */
const CLICK_RATE = 7
const CLICKS = field('clicks')

/** Rankings that need no training of their own, of the candidates of held-out requests. */
export const lookUps = (
  { catalogue, counters }: Pick<Examples, 'catalogue' | 'counters'>,
  {
    taught,
    dense,
    vectors,
    random,
  }: {
    /** Requests that the teacher ranked for learning. */
    readonly taught: readonly RetrievedRequest[]
    /** `candidate.dense` of every item. */
    readonly dense: Float32Array
    /** The item tower's. */
    readonly vectors: Float32Array
    readonly random: Rng
  },
): readonly Contender<RetrievedRequest>[] => {
  const means = meanValues(taught, catalogue.size)
  const byItem = (name: string, score: (item: number) => number): Contender<RetrievedRequest> => ({
    name,
    seeds: [({ items }) => Float64Array.from(items, score)],
  })
  return [
    byItem("teacher's mean value of the item", item => means[item]!),
    byItem('click rate of the item', item => dense[item * CANDIDATE_DENSE + CLICK_RATE]!),
    byItem('popularity', item => counters[item * COUNTERS + CLICKS]!),
    { name: 'two-tower score', seeds: [({ items, query }) => products(query, vectors, items)] },
    byItem('random', () => random.uniform()),
  ]
}

/** A trained first stage as a ranking of held-out requests. */
export const scorerOf = async (
  { user, items: table, dimension }: TrainedFirstStage,
  { viewers }: Pick<Examples, 'viewers'>,
  requests: readonly RetrievedRequest[],
): Promise<Scorer<RetrievedRequest>> => {
  const tower = await embedder(user)
  const rows = await tower.embed(viewerFeeds(viewers.gather(requests.map(({ viewer }) => viewer))))
  await tower.release()
  return ({ items }, i) => products(rows.subarray(i * dimension, (i + 1) * dimension), table, items)
}
