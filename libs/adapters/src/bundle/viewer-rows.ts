import type { ViewerFeatures } from '@explore/explore'

/** Viewers whose rows are kept. */
const KEPT = 64

/**
 * The viewer side of the first stage's cache: `compute` runs once for viewers with the same features.
 * The key is the features themselves, so that no state can go stale and no two viewers can be mixed up.
 */
export const viewerRows = (
  compute: (viewer: ViewerFeatures) => Promise<Float32Array>,
): ((viewer: ViewerFeatures) => Promise<Float32Array>) => {
  const rows = new Map<string, Promise<Float32Array>>()
  return viewer => {
    const key = keyOf(viewer)
    const row = rows.get(key) ?? compute(viewer)
    // Moved to the end of the order in which the oldest goes.
    rows.delete(key)
    rows.set(key, row)
    if (rows.size > KEPT) rows.delete(rows.keys().next().value!)
    row.catch(() => rows.delete(key))
    return row
  }
}

const keyOf = (viewer: ViewerFeatures): string => {
  let key = ''
  for (const column of Object.values(viewer) as (number | Float32Array | Int32Array)[]) {
    if (typeof column === 'number') continue
    key += Buffer.from(column.buffer, column.byteOffset, column.byteLength).toString('latin1')
  }
  return key
}
