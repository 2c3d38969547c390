import type { Lookup } from '@explore/pipeline'
import type { Catalogue } from '../catalogue.ts'
import type { Settings } from '../settings.ts'
import type { Viewer } from '../viewer.ts'
import type { Valued } from './value-model.ts'

/** What orders the page: the value, lowered for risky items. */
export type Scored = { readonly score: Float32Array }

/** Lowers the value of items whose integrity risk is high but not high enough to refuse them. */
export const integrityDownrank = (
  catalogue: Catalogue,
  settings: Settings,
): Lookup<Viewer, Valued, Scored> => ({
  name: 'integrity downrank',
  load: ({ items, value }) => {
    const from = settings['integrity.downrankAbove']
    const score = value.map((v, row) => {
      const excess = Math.max(0, catalogue.risks[items[row]!]! - from) / (1 - from || 1)
      // A negative value must not come nearer to zero for being risky.
      return v >= 0 ? v * (1 - excess) : v * (1 + excess)
    })
    return { score }
  },
})
