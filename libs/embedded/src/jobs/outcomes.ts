import type { Event, Id } from '@explore/explore'
import { labelOf, LABELS } from '@explore/learn'

/** What a viewer did with an item of a page. */
export interface Outcome {
  /** Whether its impression was reported. */
  readonly seen: boolean
  /** In the order of LABELS. */
  readonly labels: readonly boolean[]
}

export type Outcomes = (requestId: string, itemId: Id) => Outcome

const SEEN = 1 << LABELS.length
const keyOf = (requestId: string, itemId: Id): string => `${requestId} ${itemId}`

/** What the events say of items of pages that they name. */
export const outcomesOf = async (
  batches: AsyncIterable<readonly Event[]>,
  signal?: AbortSignal,
): Promise<Outcomes> => {
  const bits = new Map<string, number>()
  for await (const events of batches) {
    signal?.throwIfAborted()
    for (const { requestId, itemId, type } of events) {
      if (requestId === undefined || itemId === undefined) continue
      const label = labelOf(type)
      if (label < 0 && type !== 'impression') continue
      const key = keyOf(requestId, itemId)
      bits.set(key, (bits.get(key) ?? 0) | (label < 0 ? SEEN : 1 << label))
    }
  }
  return (requestId, itemId) => {
    const of = bits.get(keyOf(requestId, itemId)) ?? 0
    return { seen: (of & SEEN) !== 0, labels: LABELS.map((_, i) => (of & (1 << i)) !== 0) }
  }
}
