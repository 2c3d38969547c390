import { Funnel, type Lookup, type Part } from '@explore/pipeline'
import { filters } from './filters/index.ts'
import { firstStage, type Light, retrievalOrder } from './rankers/first-stage.ts'
import { integrityDownrank } from './rankers/integrity-downrank.ts'
import { firstStageOrder, type Heads, secondStage } from './rankers/second-stage.ts'
import { valueModel } from './rankers/value-model.ts'
import { type Retrieved, underExploration } from './retrieved.ts'
import { assemble } from './rules/assemble.ts'
import { pageConstraints } from './rules/page-constraints.ts'
import type { Settings } from './settings.ts'
import { sources } from './sources/index.ts'
import { mixer } from './sources/mix.ts'
import { wholePool } from './sources/whole-pool.ts'
import type { Stores } from './stores.ts'
import type { Viewer } from './viewer.ts'

/**
 * The whole of Explore, in the order in which it runs: each line is a stage, its width, and what stands in for it when
 * it fails. Sources fail singly; a filter that throws fails the request. A stage that is `elsewhere` is asked there.
 */
export const exploreFunnel = (stores: Stores, settings: Settings, elsewhere: Elsewhere = {}) => {
  const best = widthOf(settings)
  const cold = { least: explorationPlaces(settings), holds: underExploration }

  return Funnel.begin<Viewer>()
    .part(elsewhere.retrieval ?? retrieval(stores, settings)) //               width.candidates
    .lookup(elsewhere.firstStage ?? firstStage(stores.bundle.firstStage), retrievalOrder)
    .keep(best, 'light', cold) //                                              width.secondStage
    .lookup(elsewhere.secondStage ?? secondStage(stores), firstStageOrder)
    .part(elsewhere.reranking ?? reranking(stores, settings), withoutLikeness(stores, settings))
}

/** Candidates that may be shown: of all sources, and of the whole pool only when sources run dry. */
export const retrieval = (
  { state, catalogue, bundle }: Pick<Stores, 'state' | 'catalogue' | 'bundle'>,
  settings: Settings,
) =>
  Funnel.retrieve(sources({ state, catalogue, bundle }, settings), mixer(catalogue, settings))
    .filter(...filters(catalogue, settings))
    .refill(wholePool(catalogue, settings), widthOf(settings))

/** What the second stage thinks of candidates as one order: value, integrity, and the rules of a page. */
export const reranking = ({ catalogue, bundle }: Omit<Stores, 'state'>, settings: Settings) =>
  inOrder(catalogue, settings, bundle.retriever.likenesses)

/** Without that stage the same order, but for what only the items' vectors tell: how alike they are. */
const withoutLikeness = ({ catalogue }: Stores, settings: Settings) => ({
  rung: 'reranked without likeness',
  funnel: inOrder(catalogue, settings, () => new Float32Array(0)),
})

const inOrder = (
  catalogue: Stores['catalogue'],
  settings: Settings,
  likenesses: (items: Uint32Array) => Float32Array,
) =>
  Funnel.begin<Viewer, Rankable>()
    .lookup(valueModel(settings))
    .lookup(integrityDownrank(catalogue, settings))
    .keep(widthOf(settings), 'score') //                                       best first
    .rerank(assemble(pageConstraints(catalogue, settings), likenesses, settings))

/** Stages that run in other processes; those that are not named run in this one. */
export interface Elsewhere {
  readonly retrieval?: Part<Viewer, {}, Retrieved>
  readonly firstStage?: Lookup<Viewer, Retrieved, Light>
  readonly secondStage?: Lookup<Viewer, {}, Heads>
  readonly reranking?: Part<Viewer, Rankable, Ranked>
}

/** The columns of a slate that the second stage has scored. */
export type Rankable = Retrieved & Light & { readonly lightRank: Uint32Array } & Heads

/** The ranked slate's columns. */
export type Ranked =
  ReturnType<typeof inOrder> extends Funnel<Viewer, infer C, Rankable> ? C : never

const widthOf =
  (settings: Settings) =>
  (_: Viewer): number =>
    settings['width.secondStage']

/** As many candidates under exploration as the page has slots for, and one more against constraints. */
const explorationPlaces = (settings: Settings) => (): number => {
  const every = settings['rerank.exploreEvery']
  return every === 0 ? 0 : Math.ceil(settings['width.secondStage'] / every) + 1
}
