import { type exploreFunnel, SOURCES, type Viewer } from '@explore/explore'
import type { Context } from '@explore/pipeline'
import type { nearestExactly } from './nearest-exactly.ts'
import { type Passage, watchPassage } from './passage.ts'
import { bestOf, rankEverything } from './rank-everything.ts'
import type { Served } from './served.ts'
import { bestPage, survival, survivalByOneAlone } from './survival.ts'

/** Where survival is reported: the second stage's best so many. */
export const BEST = [10, 25, 50] as const
/** What is unique to a source is told of so many. */
export const MOST = 50

/** What requests are measured with. */
export interface Instruments {
  readonly served: Served
  /** As served, which comes first; then with other rules. */
  readonly funnels: readonly {
    readonly name: string
    readonly funnel: ReturnType<typeof exploreFunnel>
  }[]
  /** The items to rank for a request whose sources found these. */
  readonly poolWith: (found: ReadonlySet<number>) => Uint32Array
  readonly nearest: ReturnType<typeof nearestExactly>
}

/** Takes a figure of the request: a number, or a numerator and a denominator. */
export type Add = (name: string, over: number, under?: number) => void

/**
 * Runs the funnel for one viewer and, beside it, its second stage over the whole pool. Figures: `STEP@k` survival of
 * the best k after a step (`sources`: in any list), `STEP size`, `STEP value` the best page that can still be made over
 * the best of all, `page value` that of the page as served; `source NAME@k`, `size` and `alone`; `rerank NAME` the share
 * of value that reranking costs in a variant; `ann`, and `exact@k` of two-tower retrieval. Undefined where the
 * filters leave nothing.
 */
export const measureRequest = async (
  { served, funnels: [whole, ...variants], poolWith, nearest }: Instruments,
  viewer: Viewer,
  context: () => Context,
  add: Add,
): Promise<Passage | undefined> => {
  const places = served.settings['page.limit']
  const { observer, passage } = watchPassage()
  const { slate } = await whole!.funnel.run(viewer, context(), { observer })
  const found = new Set([...passage.lists.values()].flatMap(list => [...list]))
  const scoreOf = await rankEverything(served, poolWith(found), viewer, context())
  if (scoreOf.size === 0) return undefined
  const best = BEST.map(k => ({ k, items: bestOf(scoreOf, k) }))
  const survive = (name: string, left: ReadonlySet<number>): void => {
    for (const { k, items } of best) add(`${name}@${k}`, survival(items, left))
  }
  const most = bestPage(scoreOf.keys(), scoreOf, places)
  const after = (step: string, items: Iterable<number>): void => {
    const left = new Set(items)
    add(`${step} size`, left.size)
    survive(step, left)
    add(`${step} value`, bestPage(left, scoreOf, places), most)
  }
  add('pool', scoreOf.size)
  after('sources', found)
  for (const { step, items } of passage.steps) after(step, items)
  after('page', slate.items.subarray(0, places))

  const sets = SOURCES.map(name => new Set(passage.lists.get(name)))
  const alone = survivalByOneAlone(best.find(({ k }) => k === MOST)!.items, sets)
  SOURCES.forEach((name, i) => {
    add(`source ${name} size`, sets[i]!.size)
    add(`source ${name} alone`, alone[i]!)
    survive(`source ${name}`, sets[i]!)
  })

  /** What the page lacks of the best page of the candidates that reranking got. */
  const cost = (name: string, { steps }: Passage): void => {
    const got = bestPage(steps.at(-2)!.items, scoreOf, places)
    const page = bestPage(steps.at(-1)!.items.subarray(0, places), scoreOf, places)
    add(`rerank ${name}`, got - page, got)
  }
  cost(whole!.name, passage)
  for (const { name, funnel } of variants) {
    const watch = watchPassage()
    await funnel.run(viewer, context(), { observer: watch.observer })
    cost(name, watch.passage)
  }

  const list = passage.lists.get('two-tower')
  if (list !== undefined && list.length > 0) {
    const query = await served.stores.bundle.retriever.embed(viewer.features)
    const exact = nearest(query, list.length)
    add('ann', survival(exact, new Set(list)))
    survive('exact', new Set(exact))
  }
  return passage
}
