import { groupRows } from '../metrics/group-rows.ts'
import type { Rng } from '../rng.ts'

/**
 * All of `rows` once, in batches of `size` and a rest: requests in random order, the rows of a request
 * together, so that a viewer is computed once for all of its candidates.
 */
export const epochBatches = (
  viewerOf: Uint32Array,
  rows: Uint32Array,
  size: number,
  random: Rng,
): readonly Uint32Array[] => {
  const requests = random.shuffle(
    groupRows(rows.map(row => viewerOf[row])).map(group => group.map(i => rows[i])),
  )
  const order = Uint32Array.from(requests.flat())
  return Array.from({ length: Math.ceil(order.length / size) }, (_, i) =>
    order.subarray(i * size, (i + 1) * size),
  )
}
