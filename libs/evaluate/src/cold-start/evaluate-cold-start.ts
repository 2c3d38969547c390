import type { Id } from '@explore/explore'
import { type Rng, rng, timeAt } from '@explore/learn'
import type { Evaluation } from '../evaluation.ts'
import type { Cell, Table } from '../report.ts'
import { type Tally, tally } from '../tally.ts'
import { wholeFlag } from '../whole-flag.ts'
import { type ColdRun, coldRun } from './cold-run.ts'
import { byVectors, CUTS, judge, type PoolScores } from './judge.ts'

/** Of the log that comes before the cut. */
const TRAIN = 0.8

/**
 * Cold start: a tenth of the items and of the users are kept out of training altogether. New items are known by
 * their content only, new users by their context only; what is right is what they met after the cut.
 */
export const evaluateColdStart: Evaluation = async ({
  data,
  protocol,
  seeds,
  flags,
  onProgress,
  signal,
}) => {
  const dataset = await data()
  const time = timeAt(
    Float64Array.from(dataset.events, event => event.time),
    TRAIN,
  )
  const figures = tally()
  const numbers = new Map<Id, number>()
  const numberOf = (user: Id): number =>
    numbers.get(user) ?? numbers.set(user, numbers.size).size - 1
  let last: ColdRun | undefined
  for (let seed = 1; seed <= seeds; seed++) {
    last = await coldRun(dataset, {
      time,
      seed,
      batch: wholeFlag(flags, 'batch', 256),
      signal,
      onProgress: fraction =>
        onProgress('retrieval', (seed - 1 + fraction) / seeds, `seed ${seed}`),
    })
    judgeRun(last, figures, numberOf, rng(`order ${seed}`))
  }
  const { held } = last!
  const random = rng('evaluate cold-start')
  return {
    evaluation: 'cold-start',
    protocol,
    title: 'Cold start: new items by content only, new users by context only',
    facts: {
      cut: new Date(time).toISOString(),
      'known items': held.known,
      'new items': held.items.length - held.known,
      'new users': held.newUsers.size,
      seeds: `${seeds}, each with other items and users held out and a training of its own`,
      truth: 'engagements after the cut with anything, whoever recommended it',
      intervals: '95 %, by resampling viewers',
    },
    tables: Object.values(PARTS).map(({ title, rows }) => tableOf(title, rows, figures, random)),
  }
}

type Ranking = (run: ColdRun, pool: Uint32Array, random: Rng) => PoolScores

const towers: Ranking = ({ viewers, vectors, dimension }, pool) =>
  byVectors(viewers, vectors, dimension, pool)
const byItem =
  (scoreOf: (run: ColdRun) => Float32Array): Ranking =>
  (run, pool) => {
    const scores = Float32Array.from(pool, item => scoreOf(run)[item]!)
    return () => scores
  }
const chance: Ranking = (_, pool, random) => () => Float32Array.from(pool, () => random.uniform())

const POPULARITY: Readonly<Record<string, Ranking>> = {
  'popularity of the last day': byItem(({ recent }) => recent),
  popularity: byItem(({ popular }) => popular),
}

/** What is asked for, of which viewers, and who competes. */
const PARTS = {
  items: {
    title: 'New items, ranked among themselves for known viewers',
    ofNew: false,
    rows: {
      'two towers, content only': towers,
      'click rate of author and topic': byItem(({ rates }) => rates),
      'popularity: none, so chance': chance,
    } as Readonly<Record<string, Ranking>>,
  },
  users: {
    title: 'New viewers: all known items, ranked for their first engagements',
    ofNew: true,
    rows: {
      'two towers, context only': towers,
      ...POPULARITY,
      'click rate of author and topic': byItem(({ rates }) => rates),
      chance,
    } as Readonly<Record<string, Ranking>>,
  },
  known: {
    title: 'Known viewers by the same towers, for comparison',
    ofNew: false,
    rows: { 'two towers, history': towers, ...POPULARITY } as Readonly<Record<string, Ranking>>,
  },
}

const judgeRun = (
  run: ColdRun,
  figures: Tally,
  numberOf: (user: Id) => number,
  random: Rng,
): void => {
  const { held, queries } = run
  const known = Uint32Array.from({ length: held.known }, (_, item) => item)
  const fresh = Uint32Array.from(
    { length: held.items.length - held.known },
    (_, i) => held.known + i,
  )
  for (const [part, { title, ofNew, rows }] of Object.entries(PARTS)) {
    const pool = part === 'items' ? fresh : known
    for (const [name, ranking] of Object.entries(rows)) {
      judge(figures, `${title}/${name}`, {
        queries,
        asks: ({ isNew }) => isNew === ofNew,
        pool,
        scores: ranking(run, pool, random),
        numberOf,
      })
    }
  }
}

const tableOf = (
  title: string,
  rows: Readonly<Record<string, Ranking>>,
  figures: Tally,
  random: Rng,
): Table => ({
  title,
  columns: [{ name: 'queries' }, ...CUTS.map(k => ({ name: `Recall@${k}` })), { name: 'NDCG@50' }],
  rows: Object.keys(rows).map(name => {
    const cell = (what: string): Cell => figures.spread(`${title}/${name} ${what}`, random) ?? null
    return {
      name,
      cells: [
        figures.count(`${title}/${name} ndcg@50`),
        ...CUTS.map(k => cell(`recall@${k}`)),
        cell('ndcg@50'),
      ],
    }
  }),
})
