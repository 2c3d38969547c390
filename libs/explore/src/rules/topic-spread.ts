import { type Catalogue, ITEM_TOPICS } from '../catalogue.ts'
import type { Settings } from '../settings.ts'
import type { Constraint } from './constraint.ts'

/** At most `rerank.topicCap` items of one topic in any `rerank.topicWindow` places. */
export const topicSpread = (catalogue: Catalogue, settings: Settings): Constraint => ({
  name: 'topic spread',
  over: items => {
    const others = settings['rerank.topicWindow'] - 1
    const cap = settings['rerank.topicCap']
    const topics = items.map(item => catalogue.topics[item * ITEM_TOPICS]!)
    return (row, placed) => {
      if (topics[row] === 0) return true
      let same = 0
      for (let i = Math.max(0, placed.length - others); i < placed.length; i++) {
        if (topics[placed[i]!] === topics[row]) same++
      }
      return same < cap
    }
  },
})
