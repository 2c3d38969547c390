import { decodeUserState, type ViewerFeatures } from '@explore/explore'
import type { Awaitable } from '@explore/pipeline'
import type { Examples } from '../examples/replay.ts'
import type { Neighbours } from '../neighbours/train-neighbours.ts'
import { exactSearch } from '../two-tower/exact-search.ts'
import type { Candidates } from './candidates.ts'
import type { RankedRequest } from './ranked-request.ts'
import type { Asked, Teacher } from './teacher.ts'

/** Requests per run of the query tower and the teacher: some thousand pairs. */
const BLOCK = 8

/** Trained retrieval, as candidates are looked for. */
export interface RetrievalParts {
  readonly dimension: number
  /** Unit vectors [viewers, dimension] of the query tower. */
  readonly embed: (viewers: ViewerFeatures) => Awaitable<Float32Array>
  /** Unit vectors of the item tower, row-major [items, dimension]. */
  readonly vectors: Float32Array
  readonly neighbours: Neighbours
}

/** A ranked request with what retrieval knows of its viewer. */
export interface RetrievedRequest extends RankedRequest {
  /** The query tower's unit vector. */
  readonly query: Float32Array
}

/** Retrieves candidates for every sampled request and has the teacher value them. */
export const rankRequests = async (
  { requests, viewers }: Pick<Examples, 'requests' | 'viewers'>,
  { dimension, embed, vectors, neighbours }: RetrievalParts,
  {
    candidates,
    teacher,
    onProgress,
    signal,
  }: {
    readonly candidates: Candidates
    readonly teacher: Teacher
    readonly onProgress?: (fraction: number) => void
    readonly signal?: AbortSignal
  },
): Promise<readonly RetrievedRequest[]> => {
  const index = await exactSearch(vectors, dimension)
  const ranked: RetrievedRequest[] = []
  for (let from = 0; from < requests.length; from += BLOCK) {
    signal?.throwIfAborted()
    const block = requests
      .slice(from, from + BLOCK)
      .map((request): Asked => ({ ...request, state: decodeUserState(request.state) }))
    const queries = await embed(viewers.gather(block.map(({ viewer }) => viewer)))
    const found = await candidates(block, {
      neighbours,
      nearest: k => index.search(queries, k),
    })
    const values = await teacher(block, found)
    block.forEach(({ viewer }, i) => {
      const query = queries.slice(i * dimension, (i + 1) * dimension)
      ranked.push({ viewer, query, items: found[i], values: values[i] })
    })
    onProgress?.(Math.min(1, (from + BLOCK) / requests.length))
  }
  await index.release()
  return ranked
}
