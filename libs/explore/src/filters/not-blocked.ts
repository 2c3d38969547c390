import type { Filter } from '@explore/pipeline'
import type { Catalogue } from '../catalogue.ts'
import type { Viewer } from '../viewer.ts'

/** Refuses items of authors that the viewer has hidden. */
export const notBlocked = (catalogue: Catalogue): Filter<Viewer> => ({
  name: 'blocked author',
  keeps: ({ blocked }) => {
    const { authors } = catalogue
    return blocked.size === 0 ? () => true : item => !blocked.has(authors[item]!)
  },
})
