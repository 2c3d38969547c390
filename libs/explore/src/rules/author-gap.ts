import type { Catalogue } from '../catalogue.ts'
import type { Settings } from '../settings.ts'
import type { Constraint } from './constraint.ts'

/** No two items of one author with fewer than `rerank.authorGap` others between them. */
export const authorGap = (catalogue: Catalogue, settings: Settings): Constraint => ({
  name: 'author gap',
  over: items => {
    const gap = settings['rerank.authorGap']
    const authors = items.map(item => catalogue.authors[item]!)
    return (row, placed) => {
      for (let i = Math.max(0, placed.length - gap); i < placed.length; i++) {
        if (authors[placed[i]!] === authors[row]) return false
      }
      return true
    }
  },
})
