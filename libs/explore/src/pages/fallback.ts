import { Funnel } from '@explore/pipeline'
import type { Catalogue } from '../catalogue.ts'
import { filters } from '../filters/index.ts'
import type { StateStore } from '../ports.ts'
import { integrityDownrank } from '../rankers/integrity-downrank.ts'
import { assemble } from '../rules/assemble.ts'
import { pageConstraints } from '../rules/page-constraints.ts'
import type { Settings } from '../settings.ts'
import { fresh } from '../sources/fresh.ts'
import { mixer } from '../sources/mix.ts'
import { popularInGroup } from '../sources/popular-in-group.ts'
import { trending } from '../sources/trending.ts'
import { wholePool } from '../sources/whole-pool.ts'
import type { Viewer } from '../viewer.ts'

/**
 * The ladder's last rungs as a funnel without models: trending, popular and fresh items, the same filters and
 * rules, in the order of the mix. Serves before the first training and when live ranking fails.
 */
export const fallbackFunnel = (
  { state, catalogue }: { readonly state: StateStore; readonly catalogue: Catalogue },
  settings: Settings,
) => {
  const best = (_: Viewer): number => settings['width.secondStage']
  const alikeInNothing = (): Float32Array => new Float32Array(0)

  return Funnel.retrieve(
    [trending(state, catalogue, settings), popularInGroup(state), fresh(catalogue, settings)],
    mixer(catalogue, settings),
  )
    .filter(...filters(catalogue, settings))
    .refill(wholePool(catalogue, settings), best)
    .lookup({ name: 'mixed order', load: ({ mixed }) => ({ value: mixed }) })
    .lookup(integrityDownrank(catalogue, settings))
    .keep(best, 'score')
    .rerank(assemble(pageConstraints(catalogue, settings), alikeInNothing, settings))
}
