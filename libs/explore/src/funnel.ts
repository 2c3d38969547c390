import { Funnel } from '@explore/pipeline'
import { filters } from './filters/index.ts'
import { firstStage, retrievalOrder } from './rankers/first-stage.ts'
import { integrityDownrank } from './rankers/integrity-downrank.ts'
import { firstStageOrder, secondStage } from './rankers/second-stage.ts'
import { valueModel } from './rankers/value-model.ts'
import { underExploration } from './retrieved.ts'
import { assemble } from './rules/assemble.ts'
import { pageConstraints } from './rules/page-constraints.ts'
import type { Settings } from './settings.ts'
import { sources } from './sources/index.ts'
import { mixer } from './sources/mix.ts'
import { wholePool } from './sources/whole-pool.ts'
import type { Stores } from './stores.ts'
import type { Viewer } from './viewer.ts'

/**
 * The whole of Explore, in the order in which it runs: each line is a stage, its width, and what stands in
 * for it when it fails. Sources fail singly; a filter that throws fails the request.
 */
export const exploreFunnel = (stores: Stores, settings: Settings) => {
  const { bundle, catalogue } = stores
  const best = (_: Viewer): number => settings['width.secondStage']
  const cold = { least: explorationPlaces(settings), holds: underExploration }
  const constraints = pageConstraints(catalogue, settings)

  return Funnel.retrieve(sources(stores, settings), mixer(catalogue, settings)) //        width.candidates
    .filter(...filters(catalogue, settings))
    .refill(wholePool(catalogue, settings), best) //                           only when sources run dry
    .lookup(firstStage(bundle.firstStage), retrievalOrder)
    .keep(best, 'light', cold) //                                              width.secondStage
    .lookup(secondStage(stores), firstStageOrder)
    .lookup(valueModel(settings))
    .lookup(integrityDownrank(catalogue, settings))
    .keep(best, 'score') //                                                    best first
    .rerank(assemble(constraints, bundle.retriever.likenesses, settings))
}

/** The ranked slate's columns. */
export type Ranked = ReturnType<typeof exploreFunnel> extends Funnel<Viewer, infer C> ? C : never

/** As many candidates under exploration as the page has slots for, and one more against constraints. */
const explorationPlaces = (settings: Settings) => (): number => {
  const every = settings['rerank.exploreEvery']
  return every === 0 ? 0 : Math.ceil(settings['width.secondStage'] / every) + 1
}
