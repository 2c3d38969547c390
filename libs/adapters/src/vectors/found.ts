import type { Found } from '@explore/pipeline'

export const NOTHING: Found = { items: new Uint32Array(0), scores: new Float32Array(0) }

/** The first `k` of `found` that `wanted` says yes to. */
export const keep = (found: Found, wanted: (item: number) => boolean, k: number): Found => {
  const length = Math.min(k, found.items.length)
  const items = new Uint32Array(length)
  const scores = new Float32Array(length)
  let kept = 0
  for (let i = 0; i < found.items.length && kept < length; i++) {
    if (!wanted(found.items[i]!)) continue
    items[kept] = found.items[i]!
    scores[kept++] = found.scores[i]!
  }
  return { items: items.subarray(0, kept), scores: scores.subarray(0, kept) }
}

/** The `k` best of two lists that are best first and share no item; equal scores: `a` before `b`. */
export const merge = (a: Found, b: Found, k: number): Found => {
  if (b.items.length === 0 && a.items.length <= k) return a
  const length = Math.min(k, a.items.length + b.items.length)
  const items = new Uint32Array(length)
  const scores = new Float32Array(length)
  for (let i = 0, x = 0, y = 0; i < length; i++) {
    const first = y === b.items.length || (x < a.items.length && a.scores[x]! >= b.scores[y]!)
    items[i] = first ? a.items[x]! : b.items[y]!
    scores[i] = first ? a.scores[x++]! : b.scores[y++]!
  }
  return { items, scores }
}
