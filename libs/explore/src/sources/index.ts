import type { Source } from '@explore/pipeline'
import type { Bundle } from '../ports.ts'
import type { Stores } from '../stores.ts'
import type { Settings } from '../settings.ts'
import type { SourceName } from '../types.ts'
import type { Viewer } from '../viewer.ts'
import { exploreCold } from './explore-cold.ts'
import { fresh } from './fresh.ts'
import { longTerm } from './long-term.ts'
import { popularInGroup } from './popular-in-group.ts'
import { similar } from './similar.ts'
import { trending } from './trending.ts'
import { twoTower } from './two-tower.ts'

/** All retrieval sources; the compiler demands one for every name in SOURCES. */
export const sources = (
  {
    state,
    catalogue,
    bundle: { retriever },
  }: Pick<Stores, 'state' | 'catalogue'> & { readonly bundle: Pick<Bundle, 'retriever'> },
  settings: Settings,
): readonly Source<Viewer>[] => {
  const byName: Record<SourceName, Source<Viewer>> = {
    'two-tower': twoTower(retriever),
    similar: similar(retriever, catalogue, settings),
    'long-term': longTerm(state),
    trending: trending(state, catalogue, settings),
    fresh: fresh(catalogue, settings),
    'popular-in-group': popularInGroup(state),
    'explore-cold': exploreCold(state, catalogue, settings),
  }
  return Object.values(byName)
}
