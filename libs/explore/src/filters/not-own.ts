import type { Filter } from '@explore/pipeline'
import type { Catalogue } from '../catalogue.ts'
import type { Viewer } from '../viewer.ts'

/** Refuses the viewer's own items. */
export const notOwn = (catalogue: Catalogue): Filter<Viewer> => ({
  name: 'own item',
  keeps: ({ self }) => {
    const { authors } = catalogue
    return item => authors[item] !== self
  },
})
