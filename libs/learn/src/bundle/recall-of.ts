import type { Bundle } from '@explore/explore'
import type { Examples } from '../examples/replay.ts'
import { recallAt } from '../metrics/top-k.ts'
import { TARGET_WEIGHTS, targetsOf } from '../two-tower/retrieval-examples.ts'
import { retrievalQueries } from '../two-tower/retrieval-queries.ts'

const CUT = 100
const MOST_QUERIES = 500

/** Recall@100 of a bundle's retrieval, index included: each viewer's engagements in the examples, found before them. */
export const recallOf = async (
  { retriever }: Bundle,
  { positives, viewers }: Examples,
): Promise<{ queries: number; recall: number; broken: string | undefined }> => {
  if (positives.length === 0) return { queries: 0, recall: NaN, broken: undefined }
  const targets = targetsOf(positives, TARGET_WEIGHTS)
  const queries = retrievalQueries(viewers, targets, -Infinity, MOST_QUERIES)
  const vectors = await retriever.embed(viewers.gather(queries.viewer))
  const { dimension } = retriever
  if (!vectors.every(Number.isFinite)) {
    return { queries: queries.length, recall: NaN, broken: 'retrieval-user embedding' }
  }
  let sum = 0
  for (let query = 0; query < queries.length; query++) {
    const vector = vectors.slice(query * dimension, (query + 1) * dimension)
    const { items } = await retriever.search(vector, CUT)
    sum += recallAt(items, new Set(queries.truth[query]), CUT)
  }
  return { queries: queries.length, recall: sum / queries.length, broken: undefined }
}
