import type { Filter } from '@explore/pipeline'
import type { Catalogue } from '../catalogue.ts'
import type { Viewer } from '../viewer.ts'

/** Refuses items of authors that the viewer has hidden. */
export const notBlocked = (catalogue: Catalogue): Filter<Viewer, {}> => ({
  name: 'blocked author',
  keep: (row, { items }, { blocked }) => !blocked.has(catalogue.authors[items[row]!]!),
})
