import { type Catalogue, ITEM_TOPICS } from '../catalogue.ts'
import type { Settings } from '../settings.ts'
import type { Constraint } from './constraint.ts'

/** At most `rerank.topicCap` items of one topic in any `rerank.topicWindow` places. */
export const topicSpread = (catalogue: Catalogue, settings: Settings): Constraint => ({
  name: 'topic spread',
  allows: (row, placed, { items }) => {
    const topic = catalogue.topics[items[row]! * ITEM_TOPICS]!
    if (topic === 0) return true
    const from = Math.max(0, placed.length - settings['rerank.topicWindow'] + 1)
    let same = 0
    for (let i = from; i < placed.length; i++) {
      if (catalogue.topics[items[placed[i]!]! * ITEM_TOPICS] === topic) same++
    }
    return same < settings['rerank.topicCap']
  },
})
