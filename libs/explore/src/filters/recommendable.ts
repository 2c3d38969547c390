import type { Filter } from '@explore/pipeline'
import { type Catalogue, NOT_RECOMMENDABLE } from '../catalogue.ts'
import type { Viewer } from '../viewer.ts'

/** Refuses items that may stay on the platform but are not recommended to strangers. */
export const recommendable = (catalogue: Catalogue): Filter<Viewer> => ({
  name: 'not recommendable',
  keeps: () => {
    const { flags } = catalogue
    return item => (flags[item]! & NOT_RECOMMENDABLE) === 0
  },
})
