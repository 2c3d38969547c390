import type { Interactions } from './interactions.ts'

export const BANDS = ['head', 'mid', 'tail', 'cold'] as const

export type Band = (typeof BANDS)[number]

/**
 * How known each item is by its training positives: the most popular items that hold the first half of them are
 * the head, the last fifth is the tail, items without any are cold.
 */
export const bandsOf = ({ item }: Pick<Interactions, 'item'>, items: number): readonly Band[] => {
  const counts = new Uint32Array(items)
  for (const ordinal of item) counts[ordinal]!++
  const bands = new Array<Band>(items).fill('cold')
  const order = [...counts.keys()].sort((a, b) => counts[b]! - counts[a]! || a - b)
  let before = 0
  for (const ordinal of order) {
    if (counts[ordinal] === 0) break
    const share = before / item.length
    bands[ordinal] = share < 0.5 ? 'head' : share < 0.8 ? 'mid' : 'tail'
    before += counts[ordinal]!
  }
  return bands
}
