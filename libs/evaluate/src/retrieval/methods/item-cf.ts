import { coEngagement } from '@explore/learn'
import { itemsByUser } from '../queries.ts'
import type { Method } from '../scorer.ts'

/** Latest positives of a user that count. */
const LATEST = 50

/**
 * Item-based collaborative filtering (Sarwar et al., WWW 2001): the sum of the cosines between an item and the
 * user's latest positives, the last one counting most, halved every `halfLife` places.
 */
export const itemCf = (halfLife = 20): Method => ({
  name: 'ItemCF',
  seeded: false,
  fit: async ({ task: { data, train } }, { onProgress, signal }) => {
    const { size } = data.catalogue
    const engagements = { ...train, weight: new Float32Array(train.length).fill(1) }
    const coEngaged = coEngagement(engagements, size, { perUser: 100, gapMs: Infinity, fewest: 1 })
    const rows = Array.from({ length: size }, (_, item) => {
      if (item % 500 === 0) {
        signal.throwIfAborted()
        onProgress(item / size)
      }
      const { count, items, similarity } = coEngaged(item)
      return { items: items.slice(0, count), similarity: similarity.slice(0, count) }
    })
    const history = itemsByUser(train)
    const scores = new Float32Array(size)
    return {
      each: async ({ users }, visit) => {
        users.forEach((id, query) => {
          scores.fill(0)
          const known = (history.get(id) ?? []).slice(-LATEST)
          known.forEach((item, at) => {
            const weight = 2 ** (-(known.length - 1 - at) / halfLife)
            const { items, similarity } = rows[item]!
            for (let i = 0; i < items.length; i++) scores[items[i]!]! += weight * similarity[i]!
          })
          visit(query, scores)
        })
      },
    }
  },
})
