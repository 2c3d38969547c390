import { NO_ITEM, type Retriever } from '@explore/explore'
import type { Neighbours } from '@explore/learn'

/** The lists of similar items that a bundle serves, as one table of `width` columns. */
export const neighboursOf = async (
  { neighbours }: Pick<Retriever, 'neighbours'>,
  items: number,
  width: number,
): Promise<Neighbours> => {
  const table = new Uint32Array(items * width).fill(NO_ITEM)
  const scores = new Float32Array(items * width)
  for (let item = 0; item < items; item++) {
    const found = await neighbours(item, width)
    table.set(found.items, item * width)
    scores.set(found.scores, item * width)
  }
  return { items: table, scores, width }
}
