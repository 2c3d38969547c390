import type { Filter } from '@explore/pipeline'
import type { Catalogue } from '../catalogue.ts'
import type { Viewer } from '../viewer.ts'

/** Refuses the viewer's own items. */
export const notOwn = (catalogue: Catalogue): Filter<Viewer, {}> => ({
  name: 'own item',
  keep: (row, { items }, { self }) => catalogue.authors[items[row]!] !== self,
})
