import {
  CANDIDATE_CROSS,
  CANDIDATE_DENSE,
  candidateFeatures,
  type Catalogue,
  COUNTERS,
  emptyUserState,
  fillCandidate,
  HEADS,
  HISTORY,
  ITEM_TOPICS,
  TOPIC_BUCKETS,
  VIEWER_DENSE,
} from '@explore/explore'
import {
  exportModel,
  type Graph,
  graph,
  init,
  program,
  rng,
  type Rng,
  type Tensor,
} from '@explore/learn'
import { top } from '@explore/pipeline'
import { TINY_NOW } from './tiny-catalogue.ts'

export interface TinyOptions {
  readonly dimension?: number
  readonly firstDimension?: number
  readonly neighbours?: number
  readonly seed?: number
}

/**
 * A bundle's artifacts without any training: random weights, but whole models with the signatures of the
 * format, tables that the item towers computed, and exact neighbours.
 */
export const tinyArtifacts = async (catalogue: Catalogue, options: TinyOptions = {}) => {
  const { dimension = 16, firstDimension = 10, neighbours = 8, seed = 1 } = options
  const random = rng(seed)
  const items = catalogue.size
  const tower = (side: Side, width: number, name: string): Model => {
    const g = graph()
    const sum = side(g, random.fork(name), items, width)
    return { g, outputs: { embedding: name === 'first' ? sum : g.l2Normalize(sum) } }
  }
  const retrievalItem = tower(itemSide, dimension, 'retrieval')
  const firstItem = tower(countedItemSide, firstDimension, 'first')
  const vectors = await embed(retrievalItem, catalogue)
  return {
    models: {
      'retrieval-user': bytesOf(tower(viewerSide, dimension, 'retrieval')),
      'retrieval-item': bytesOf(retrievalItem),
      'first-user': bytesOf(tower(viewerSide, firstDimension, 'first')),
      'first-item': bytesOf(firstItem),
      'second-stage': bytesOf(ranker(random.fork('second'), items)),
    },
    vectors,
    dimension,
    firstItems: await embed(firstItem, catalogue),
    firstDimension,
    neighbours: nearest(vectors, dimension, neighbours),
    metrics: { auc: 0.5 },
  }
}

interface Model {
  readonly g: Graph
  readonly outputs: Readonly<Record<string, Tensor>>
}

type Side = (g: Graph, random: Rng, items: number, width: number) => Tensor

const bytesOf = ({ g, outputs }: Model): Uint8Array => exportModel(g, outputs)

const viewerSide: Side = (g, random, items, width) => {
  const column = (name: string) => g.input(`viewer.${name}`, 'int32', ['viewers', HISTORY])
  const ids = g.table('viewer-ids', items + 1, width, init.normal(random.fork('ids'), 0.3))
  const topics = g.table(
    'viewer-topics',
    TOPIC_BUCKETS,
    width,
    init.normal(random.fork('topics'), 0.3),
  )
  const events = g.add(
    g.gather(ids, column('historyItems')),
    g.gather(topics, column('historyTopics')),
  )
  const dense = g.input('viewer.dense', 'float32', ['viewers', VIEWER_DENSE])
  const weights = init.normal(random.fork('dense'), 0.1)
  return g.add(
    g.reduceMean(events, { axes: [1] }),
    g.matmul(dense, g.parameter('viewer-weights', [VIEWER_DENSE, width], weights)),
  )
}

const itemSide: Side = (g, random, items, width) => {
  const ids = g.table('item-ids', items + 1, width, init.normal(random.fork('ids'), 0.3))
  const topics = g.table(
    'item-topics',
    TOPIC_BUCKETS,
    width,
    init.normal(random.fork('topics'), 0.3),
  )
  const topic = g.gather(topics, g.input('item.topics', 'int32', ['rows', ITEM_TOPICS]))
  const id = g.gather(ids, g.input('item.items', 'int32', ['rows']))
  return g.add(id, g.reduceMean(topic, { axes: [1] }))
}

const countedItemSide: Side = (g, random, items, width) => {
  const dense = g.input('candidate.dense', 'float32', ['rows', CANDIDATE_DENSE])
  const weights = init.normal(random.fork('counted'), 0.02)
  return g.add(
    itemSide(g, random, items, width),
    g.matmul(dense, g.parameter('item-weights', [CANDIDATE_DENSE, width], weights)),
  )
}

const ranker = (random: Rng, items: number): Model => {
  const g = graph()
  const width = 8
  const viewers = viewerSide(g, random, items, width)
  const viewer = g.gather(viewers, g.input('candidate.viewer', 'int32', ['rows']))
  const item = countedItemSide(g, random, items, width)
  const cross = g.input('candidate.cross', 'float32', ['rows', CANDIDATE_CROSS])
  const all = g.concat([g.mul(viewer, item), viewer, item, cross], 1)
  const head = (name: string): Tensor => {
    const weights = init.normal(random.fork(name), 0.3)
    const column = g.parameter(name, [3 * width + CANDIDATE_CROSS, 1], weights)
    return g.sigmoid(g.reshape(g.matmul(all, column), ['rows']))
  }
  return { g, outputs: Object.fromEntries(HEADS.map(name => [name, head(`head-${name}`)])) }
}

/** Runs an item tower over the whole catalogue, with all counters at zero. */
const embed = async ({ g, outputs }: Model, catalogue: Catalogue): Promise<Float32Array> => {
  const rows = candidateFeatures(catalogue.size)
  const counters = new Float64Array(COUNTERS)
  const nobody = emptyUserState()
  for (let item = 0; item < catalogue.size; item++) {
    fillCandidate(rows, item, item, counters, 0, 0, nobody, TINY_NOW, catalogue)
  }
  const feeds = {
    'item.items': rows.items,
    'item.topics': rows.topics,
    'candidate.dense': rows.dense,
  }
  const run = await program(g, outputs)
  const { embedding } = await run.run(feeds)
  await run.release()
  return embedding!.data as Float32Array
}

const nearest = (vectors: Float32Array, dimension: number, width: number) => {
  const count = vectors.length / dimension
  const items = new Uint32Array(count * width).fill(0xffffffff)
  const scores = new Float32Array(count * width)
  const row = (item: number) => vectors.subarray(item * dimension, (item + 1) * dimension)
  for (let item = 0; item < count; item++) {
    const all = Float32Array.from({ length: count }, (_, other) =>
      other === item ? -1 : row(item).reduce((sum, x, i) => sum + x * row(other)[i]!, 0),
    )
    const alike = top(all, width).filter(other => all[other]! > 0)
    alike.forEach((other, i) => {
      items[item * width + i] = other
      scores[item * width + i] = Math.min(1, all[other]!)
    })
  }
  return { items, scores, width }
}
