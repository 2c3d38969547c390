import { exhaustiveFunnel, type Viewer } from '@explore/explore'
import type { Context } from '@explore/pipeline'
import type { Served } from './served.ts'

/** Items per run of the second stage: its activations must fit the caches, and the memory. */
const CHUNK = 1024

/** The score that the second stage and the value model give each of `items` that passes the filters. */
export const rankEverything = async (
  { stores, settings }: Served,
  items: Uint32Array,
  viewer: Viewer,
  context: Context,
): Promise<ReadonlyMap<number, number>> => {
  const scores = new Map<number, number>()
  for (let from = 0; from < items.length; from += CHUNK) {
    const chunk = items.subarray(from, from + CHUNK)
    const { slate } = await exhaustiveFunnel(stores, settings, chunk).run(viewer, context)
    slate.items.forEach((item, row) => scores.set(item, slate.score[row]!))
  }
  return scores
}

/** The `k` best of `scores`, best first; equal ones by ordinal. */
export const bestOf = (scores: ReadonlyMap<number, number>, k: number): Uint32Array =>
  Uint32Array.from(
    [...scores]
      .sort(([a, x], [b, y]) => y - x || a - b)
      .slice(0, k)
      .map(([item]) => item),
  )
