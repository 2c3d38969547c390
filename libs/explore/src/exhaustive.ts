import { Funnel, type Mixer, slateOf } from '@explore/pipeline'
import { filters } from './filters/index.ts'
import { integrityDownrank } from './rankers/integrity-downrank.ts'
import { secondStage } from './rankers/second-stage.ts'
import { valueModel } from './rankers/value-model.ts'
import type { Settings } from './settings.ts'
import type { Stores } from './stores.ts'
import type { Viewer } from './viewer.ts'

/**
 * Ranks `items` by the funnel's own second stage, value model and downrank, whatever retrieval and the first
 * stage think of them: what the funnel would do if time were free, and so what its losses are measured against.
 */
export const exhaustiveFunnel = (stores: Stores, settings: Settings, items: Uint32Array) => {
  const { catalogue } = stores
  const everything: Mixer<Viewer, {}> = {
    shares: () => new Uint32Array(0),
    mix: () => slateOf(items, {}),
  }
  return Funnel.retrieve<Viewer, {}>([], everything)
    .filter(...filters(catalogue, settings))
    .lookup(secondStage(stores))
    .lookup(valueModel(settings))
    .lookup(integrityDownrank(catalogue, settings))
    .keep(() => items.length, 'score')
}
