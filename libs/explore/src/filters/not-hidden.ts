import type { Filter } from '@explore/pipeline'
import { type Catalogue, HIDDEN, PLACEHOLDER } from '../catalogue.ts'
import type { Viewer } from '../viewer.ts'

/** Refuses items that were hidden or deleted, or that nobody has described yet. */
export const notHidden = (catalogue: Catalogue): Filter<Viewer> => ({
  name: 'hidden',
  keeps: () => {
    const { size, flags } = catalogue
    return item => item < size && (flags[item]! & (HIDDEN | PLACEHOLDER)) === 0
  },
})
