import type { Filter, Source } from '@explore/pipeline'
import type { Catalogue } from '../catalogue.ts'
import type { Viewer } from '../viewer.ts'

/** Whatever the filters let through, newest ordinals first: fills a page when all sources have run dry. */
export const wholePool = (
  catalogue: Catalogue,
  filters: readonly Filter<Viewer, {}>[],
): Source<Viewer> => ({
  name: 'whole pool',
  find: (viewer, want) => {
    const items: number[] = []
    const one = { length: 1, items: new Uint32Array(1) }
    for (let item = catalogue.size - 1; item >= 0 && items.length < want; item--) {
      one.items[0] = item
      if (filters.every(filter => filter.keep(0, one, viewer))) items.push(item)
    }
    return { items: Uint32Array.from(items), scores: new Float32Array(items.length) }
  },
})
