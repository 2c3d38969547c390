import { ExploreError } from '@explore/explore'
import {
  denseOfItems,
  fitFirstStage,
  manyViewers,
  rankRequests,
  type RetrievedRequest,
  rng,
  teacherOf,
  trainFirstStage,
  unionOfSources,
} from '@explore/learn'
import type { Evaluation } from '../evaluation.ts'
import type { Comparison } from './compare-rankings.ts'
import { compareRankings, type Scorer } from './compare-rankings.ts'
import { wholeFlag } from '../whole-flag.ts'
import { lookUps, scorerOf } from './contenders.ts'
import { neighboursOf } from './neighbours-of.ts'
import { replayServed } from './replay-served.ts'
import { clickLesson, shownRequests } from './shown-lessons.ts'
import type { Table } from '../report.ts'

const KEPT = 100
const BEST = [10, 25, 50]
/** Neighbours per item that candidates are taken from. */
const NEIGHBOURS = 64
/** Latest impressions that the click twin learns from, and pairs of one of its steps. */
const SHOWN = 200_000
const PAIRS = 3200

/**
 * How much of the second stage's best the first stage keeps, beside rankings that cost less to make: trained anew
 * for every seed on the earlier requests, measured on the latest fifth.
 */
export const evaluateFirstStage: Evaluation = async ({
  served: serve,
  protocol,
  seeds,
  flags,
  onProgress,
  signal,
}) => {
  const wanted = wholeFlag(flags, 'requests', 2000)
  const served = await serve()
  try {
    const { stores, settings } = served
    const { catalogue, bundle } = stores
    onProgress('replay', 0)
    const examples = await replayServed(served, { requests: wanted, seed: 1, signal })
    onProgress('replay', 1, `${examples.events} events`)
    const { viewers, counters, end } = examples
    const random = rng('evaluate first-stage')
    const dense = denseOfItems(catalogue, counters, end)
    const all = Uint32Array.from({ length: catalogue.size }, (_, item) => item)
    const vectors = bundle.retriever.vectors(all)
    const ranked = await rankRequests(
      examples,
      {
        dimension: bundle.retriever.dimension,
        embed: rows => bundle.retriever.embed(rows),
        vectors,
        neighbours: await neighboursOf(bundle.retriever, catalogue.size, NEIGHBOURS),
      },
      {
        candidates: unionOfSources(catalogue, counters, random.fork('candidates')),
        teacher: teacherOf(manyViewers(bundle.secondStage), {
          catalogue,
          viewers,
          dense,
          settings,
        }),
        onProgress: fraction => onProgress('teacher', fraction, 'the second stage ranks'),
        signal,
      },
    )
    const cut = Math.floor(ranked.length * 0.8)
    const [taught, held] = [ranked.slice(0, cut), ranked.slice(cut)]
    if (held.length === 0) {
      throw new ExploreError('TRAIN_DATA', `${ranked.length} requests are too few to hold some out`)
    }
    const shown = shownRequests(examples, SHOWN)
    const batch = Math.ceil((PAIRS * shown.length) / Math.min(SHOWN, examples.ranking.length))
    const pselect: Scorer<RetrievedRequest>[] = []
    const twin: Scorer<RetrievedRequest>[] = []
    const lessons = { catalogue, viewers, dense }
    for (let seed = 1; seed <= seeds; seed++) {
      const learn = (what: string) => ({
        seed,
        signal,
        onProgress: (fraction: number) =>
          onProgress(what, (seed - 1 + fraction) / seeds, `seed ${seed}`),
      })
      const first = await trainFirstStage({ ...lessons, requests: taught }, learn('PSelect'))
      pselect.push(await scorerOf(first, examples, held))
      const clicks = await fitFirstStage({ ...lessons, requests: shown }, clickLesson, {
        ...learn('click twin'),
        batch,
      })
      twin.push(await scorerOf(clicks, examples, held))
    }
    const comparisons = compareRankings(
      held,
      [
        { name: 'PSelect, distilled', seeds: pselect },
        { name: 'the same net on clicks', seeds: twin },
        ...lookUps(examples, { taught, dense, vectors, random }),
      ],
      {
        kept: KEPT,
        best: BEST,
        places: settings['page.limit'],
        viewerOf: ({ viewer }) => viewers.user[viewer]!,
        random,
      },
    )
    const candidates = ranked.reduce((sum, { items }) => sum + items.length, 0) / ranked.length
    return {
      evaluation: 'first-stage',
      protocol,
      title: `First stage: share of the second stage's best that is among the ${KEPT} kept`,
      facts: {
        'requests taught': taught.length,
        'requests held out': held.length,
        'candidates of each, on average': Math.round(candidates),
        teacher: `second stage and value model of bundle ${bundle.id}`,
        seeds,
        intervals: '95 %, by resampling viewers; ± is the standard deviation over seeds',
      },
      tables: tablesOf(comparisons, settings['page.limit']),
    }
  } finally {
    await served.close()
  }
}

const tablesOf = (comparisons: readonly Comparison[], places: number): readonly Table[] => [
  {
    title: `Recall@${KEPT}@k: of the teacher's best k among the candidates`,
    columns: [...BEST.map(k => ({ name: `k = ${k}` })), { name: `value of the best ${places}` }],
    rows: comparisons.map(({ name, recall, value }) => ({
      name,
      cells: [...BEST.map(k => recall.get(k)!), value.value],
    })),
    notes: [
      `value: the teacher's ${places} best of what is kept ÷ its ${places} best of all candidates`,
    ],
  },
  {
    title: 'How far PSelect is ahead, request by request',
    columns: [...BEST.map(k => ({ name: `k = ${k}` })), { name: 'outside the interval' }],
    rows: comparisons.slice(1).map(({ name, behind }) => ({
      name,
      cells: [
        ...BEST.map(k => behind.get(k)!),
        BEST.every(k => behind.get(k)!.low > 0) ? 'at every k' : 'no',
      ],
    })),
  },
]
