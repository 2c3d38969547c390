import type { Filter } from '@explore/pipeline'
import { type Catalogue, NOT_RECOMMENDABLE } from '../catalogue.ts'
import type { Viewer } from '../viewer.ts'

/** Refuses items that may stay on the platform but are not recommended to strangers. */
export const recommendable = (catalogue: Catalogue): Filter<Viewer, {}> => ({
  name: 'not recommendable',
  keep: (row, { items }) => (catalogue.flags[items[row]!]! & NOT_RECOMMENDABLE) === 0,
})
