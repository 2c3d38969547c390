import type { Catalogue } from '../catalogue.ts'
import type { Settings } from '../settings.ts'
import type { Constraint } from './constraint.ts'

/** No two items of one author with fewer than `rerank.authorGap` others between them. */
export const authorGap = (catalogue: Catalogue, settings: Settings): Constraint => ({
  name: 'author gap',
  allows: (row, placed, { items }) => {
    const author = catalogue.authors[items[row]!]!
    const from = Math.max(0, placed.length - settings['rerank.authorGap'])
    for (let i = from; i < placed.length; i++) {
      if (catalogue.authors[items[placed[i]!]!] === author) return false
    }
    return true
  },
})
