import type { Rng } from '../rng.ts'

/** Positives of some viewers, each viewer's together. */
export interface ViewerBatch {
  /** Distinct rows of viewers. */
  readonly viewers: Uint32Array
  /** Target rows. */
  readonly targets: Uint32Array
  /** Place in `viewers` of each target's viewer. */
  readonly viewerOf: Int32Array
}

/**
 * Cuts targets into batches of about `size`, viewers in random order: what one request led to shares
 * one run of the query tower. `viewer` names each target's viewer.
 */
export const viewerBatches = (viewer: Uint32Array, size: number) => {
  const groups = [...Map.groupBy(viewer.keys(), row => viewer[row])]
  return (random: Rng): ViewerBatch[] => {
    const order = random.shuffle(groups.slice())
    const batches: ViewerBatch[] = []
    for (let from = 0; from < order.length;) {
      let to = from
      for (let length = 0; to < order.length && length < size; to++) length += order[to][1].length
      const part = order.slice(from, to)
      batches.push({
        viewers: Uint32Array.from(part, ([viewer]) => viewer),
        targets: Uint32Array.from(part.flatMap(([, rows]) => rows)),
        viewerOf: Int32Array.from(part.flatMap(([, rows], place) => rows.map(() => place))),
      })
      from = to
    }
    return batches
  }
}
