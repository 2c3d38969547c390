import { DURATION_BUCKETS, log2Bucket, SURFACE_BUCKETS } from '@explore/explore'
import {
  type Examples,
  graph,
  init,
  type Label,
  lazyAdam,
  logit,
  PARTIAL_LABELS,
  rng,
  trainer,
} from '@explore/learn'
import type { FitOptions, RankingMethod } from '../method.ts'
import { labelsOf, type RankingTask, usersOf } from '../ranking-task.ts'
import { calibrated } from './calibrated.ts'

const WIDTH = 16
const BATCH = 1024
const EPOCHS = 3

/** User, item, author, surface and duration of every row, each a number in a space of its own. */
const fieldsOf = (examples: Examples) => {
  const { ranking, viewers, catalogue } = examples
  const rows = Uint32Array.from(ranking.time.keys())
  const authors = new Map<number, number>()
  const authorOf = (item: number): number => {
    const author = catalogue.authors[item]!
    const known = authors.get(author) ?? authors.size
    authors.set(author, known)
    return known
  }
  const users = usersOf(examples, rows)
  const { surface } = viewers.gather(ranking.viewer)
  const columns = [
    { values: Int32Array.from(users), size: examples.users.length },
    { values: Int32Array.from(ranking.item), size: catalogue.size },
    { values: Int32Array.from(ranking.item, authorOf), size: authors.size },
    { values: surface, size: SURFACE_BUCKETS },
    {
      values: Int32Array.from(ranking.item, item =>
        log2Bucket(catalogue.durations[item]! / 1000, DURATION_BUCKETS),
      ),
      size: DURATION_BUCKETS,
    },
  ]
  let offset = 0
  const shifted = columns.map(({ values, size }) => {
    const from = offset
    offset += size
    return values.map(value => value + from)
  })
  return {
    ids: (row: number) => shifted.map(values => values[row]!),
    width: columns.length,
    size: offset,
  }
}

type Fields = ReturnType<typeof fieldsOf>

/** Logits of one label for the rows that are calibrated on and tested on, by row. */
const logits = async (
  task: RankingTask,
  fields: Fields,
  label: Label,
  { seed, signal, onProgress }: FitOptions,
): Promise<ReadonlyMap<number, number>> => {
  const { examples, valid, test } = task
  const { partial } = examples.ranking
  const known = PARTIAL_LABELS.includes(label)
  const train = task.train.filter(row => known || partial[row] === 0)
  const positives = labelsOf(examples, label, train)
  const base = logit((positives.reduce((a, b) => a + b, 0) + 0.5) / (train.length + 1))
  const random = rng(seed).fork('fm').fork(label)

  const g = graph()
  const ids = g.input('ids', 'int32', ['rows', fields.width])
  const factors = g.table('factors', fields.size, WIDTH, init.normal(random.fork('factors'), 0.02))
  const weights = g.table('weights', fields.size, 1, init.zeros)
  const bias = g.parameter('bias', [], init.constant(base))
  const each = g.gather(factors, ids)
  const sum = g.reduceSum(each, { axes: [1] })
  const pairs = g.sub(g.square(sum), g.reduceSum(g.square(each), { axes: [1] }))
  const linear = g.reduceSum(g.gather(weights, ids), { axes: [1, 2] })
  const z = g.add(g.add(g.mul(g.reduceSum(pairs, { axes: [1] }), 0.5), linear), bias)
  const loss = g.reduceMean(g.bceWithLogits(z, g.input('labels', 'float32', ['rows'])))
  const fitting = await trainer(g, { loss, rate: 1e-3, rows: lazyAdam({ weightDecay: 0.01 }) })

  const feed = (rows: Uint32Array): Int32Array => Int32Array.from([...rows].flatMap(fields.ids))
  const steps = EPOCHS * Math.ceil(train.length / BATCH)
  for (let epoch = 0; epoch < EPOCHS; epoch++) {
    const order = Uint32Array.from(random.shuffle([...train]))
    for (let at = 0; at < order.length; at += BATCH) {
      signal.throwIfAborted()
      const rows = order.subarray(at, at + BATCH)
      await fitting.step({
        ids: feed(rows),
        labels: Float32Array.from(labelsOf(examples, label, rows)),
      })
      onProgress(fitting.steps() / steps, label)
    }
  }
  const scores = new Map<number, number>()
  const wanted = Uint32Array.from([...valid, ...test])
  for (let at = 0; at < wanted.length; at += BATCH) {
    const rows = wanted.subarray(at, at + BATCH)
    const { scores: out } = await fitting.evaluate({ scores: z }, { ids: feed(rows) })
    rows.forEach((row, i) => scores.set(row, out.data[i] as number))
  }
  await fitting.release()
  return scores
}

/** Second-order factorisation machine (Rendle, ICDM 2010) of ids alone, one per label, 16 factors. */
export const factorisationMachine: RankingMethod = {
  name: 'factorisation machine',
  seeded: true,
  predict: async (task, options) => {
    const fields = fieldsOf(task.examples)
    const all: Partial<Record<Label, Float32Array>> = {}
    for (const label of options.labels) {
      const scores = await logits(task, fields, label, options)
      all[label] = calibrated(task, label, row => scores.get(row)!)
    }
    return all
  },
}
