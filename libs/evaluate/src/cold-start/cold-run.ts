import { ExploreError, type Id, type Millis } from '@explore/explore'
import {
  embedder,
  type Examples,
  gatherItems,
  itemFeeds,
  popularity,
  replay,
  retrievalQueries,
  rng,
  TARGET_WEIGHTS,
  targetsOf,
  trainTwoTower,
  viewerFeeds,
} from '@explore/learn'
import { type Dataset, datasetOf } from '../dataset.ts'
import { contentRates } from './content-rate.ts'
import { type HeldOut, holdOut } from './hold-out.ts'
import type { Query } from './judge.ts'

const DAY = 86_400_000
/** Of items and of users that are made new. */
const SHARE = 0.1
const LIMITS = { seen: 4000 }
/** Rows of one run of a tower. */
const BATCH = 2048

/** Towers trained without what is new, what they make of it, and what popularity knew. */
export interface ColdRun {
  readonly held: HeldOut
  readonly queries: readonly Query[]
  readonly dimension: number
  /** [queries, dimension] */
  readonly viewers: Float32Array
  /** [items, dimension], new items without their ids. */
  readonly vectors: Float32Array
  /** One score per item. */
  readonly popular: Float32Array
  readonly recent: Float32Array
  readonly rates: Float32Array
}

/** Holds out, trains on what is left of before `time`, and asks for what was engaged with from then on. */
export const coldRun = async (
  { items, users, events, source, attributes }: Dataset,
  {
    time,
    seed,
    batch,
    signal,
    onProgress,
  }: {
    readonly time: Millis
    readonly seed: number
    /** Positives per step of the towers' training. */
    readonly batch: number
    readonly signal: AbortSignal
    readonly onProgress: (fraction: number) => void
  },
): Promise<ColdRun> => {
  const random = rng(`cold start ${seed}`)
  const held = holdOut({ items, users: users.keys(), events }, { time, share: SHARE, random })
  const catalogueOf = (some: typeof items) =>
    datasetOf(source, { items: some, users: [], events: [] }).catalogue
  const common = { attributes, limits: LIMITS, requests: 0 }
  const examples = await replay({
    ...common,
    events: [held.before],
    // Without new items: as negatives, training would learn that nobody wants them.
    catalogue: catalogueOf(held.items.slice(0, held.known)),
  })
  const towers = await trainTwoTower(examples, { seed, batch, signal, onProgress })
  const catalogue = catalogueOf(held.items)
  const later = await replay({
    ...common,
    events: [held.before, held.after],
    catalogue,
    from: time,
  })
  const asked = retrievalQueries(
    later.viewers,
    targetsOf(later.positives, TARGET_WEIGHTS),
    -Infinity,
  )
  if (asked.length === 0) {
    throw new ExploreError('TRAIN_DATA', 'nobody engages with anything after the cut')
  }
  const engaged = engagedBefore(examples)
  const queries = asked.truth.map((truth, i): Query => {
    const user = later.users[later.viewers.user[asked.viewer[i]!]!]!
    return { user, isNew: held.newUsers.has(user), truth, seen: engaged.get(user) ?? [] }
  })

  /** Ids that training did not know are none. */
  const hidden = (ids: Int32Array): Int32Array => ids.map(id => (id > held.known ? 0 : id))
  const before = targetsOf(examples.positives, TARGET_WEIGHTS)
  const size = held.items.length
  return {
    held,
    queries,
    dimension: towers.dimension,
    viewers: await embedded(towers.user, towers.dimension, asked.length, rows => {
      const viewers = later.viewers.gather(rows.map(row => asked.viewer[row]!))
      return viewerFeeds({ ...viewers, historyItems: hidden(viewers.historyItems) })
    }),
    vectors: await embedded(towers.item, towers.dimension, size, rows => {
      const content = gatherItems(catalogue, rows)
      return itemFeeds({ ...content, items: hidden(content.items) })
    }),
    popular: popularity(before, size, { now: time }),
    recent: popularity(before, size, { now: time, halfLife: DAY }),
    rates: contentRates(catalogue, examples.counters, held.known),
  }
}

/** What each user had engaged with. */
const engagedBefore = ({ users, viewers, positives }: Examples): Map<Id, number[]> => {
  const engaged = new Map<Id, number[]>()
  positives.viewer.forEach((viewer, row) => {
    const user = users[viewers.user[viewer]!]!
    const items = engaged.get(user)
    if (items) items.push(positives.item[row]!)
    else engaged.set(user, [positives.item[row]!])
  })
  return engaged
}

/** A tower's rows [count, dimension]. */
const embedded = async (
  model: Uint8Array,
  dimension: number,
  count: number,
  feedsOf: (rows: Uint32Array) => ReturnType<typeof viewerFeeds>,
): Promise<Float32Array> => {
  const tower = await embedder(model)
  const out = new Float32Array(count * dimension)
  for (let from = 0; from < count; from += BATCH) {
    const rows = Uint32Array.from({ length: Math.min(BATCH, count - from) }, (_, i) => from + i)
    out.set(await tower.embed(feedsOf(rows)), from * dimension)
  }
  await tower.release()
  return out
}
