import { scoreBlocks } from './score-blocks.ts'

/** Finds the vectors nearest to queries. */
export interface NearestVectors {
  /** The `k` rows with the largest inner product per query of [n, dimension], best first. */
  readonly search: (queries: Float32Array, k: number) => Promise<readonly Uint32Array[]>
  readonly release: () => Promise<void>
}

/** Compares every query with all `vectors` [rows, dimension]: exact, at a cost of rows · queries. */
export const exactSearch = async (
  vectors: Float32Array,
  dimension: number,
): Promise<NearestVectors> => {
  const blocks = await scoreBlocks(vectors, dimension)
  return {
    release: blocks.release,
    search: async (queries, k) => {
      const found: Uint32Array[] = []
      const kept = new Float32Array(k)
      await blocks.each(queries, (_, scores) => {
        found.push(best(scores, kept))
      })
      return found
    },
  }
}

/**
 * Rows of the largest scores, best first, as many as fit `kept`. Insertion into a short sorted list:
 * nearly all scores fail the first comparison, which a heap makes no cheaper.
 */
const best = (scores: Float32Array, kept: Float32Array): Uint32Array => {
  const rows = new Uint32Array(kept.length)
  let length = 0
  let least = -Infinity
  for (let row = 0; row < scores.length; row++) {
    const score = scores[row]
    if (!(score > least)) continue
    let at = length < kept.length ? length++ : length - 1
    for (; at > 0 && kept[at - 1] < score; at--) {
      kept[at] = kept[at - 1]
      rows[at] = rows[at - 1]
    }
    kept[at] = score
    rows[at] = row
    if (length === kept.length) least = kept[length - 1]
  }
  return rows.subarray(0, length)
}
