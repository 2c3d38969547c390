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

/** The `k` best of two lists that are best first and share no item; of equal scores the lower ordinal first. */
export const merge = (a: Found, b: Found, k: number): Found => {
  if (b.items.length === 0 && a.items.length <= k) return a
  const length = Math.min(k, a.items.length + b.items.length)
  const items = new Uint32Array(length)
  const scores = new Float32Array(length)
  for (let i = 0, x = 0, y = 0; i < length; i++) {
    const first = y === b.items.length || (x < a.items.length && !before(b, y, a, x))
    items[i] = first ? a.items[x]! : b.items[y]!
    scores[i] = first ? a.scores[x++]! : b.scores[y++]!
  }
  return { items, scores }
}

/** Whether place `x` of `a` comes before place `y` of `b`: an order of all items, whoever holds which. */
const before = (a: Found, x: number, b: Found, y: number): boolean =>
  a.scores[x]! > b.scores[y]! || (a.scores[x] === b.scores[y] && a.items[x]! < b.items[y]!)

/** The `k` best of any number of such lists. */
export const mergeAll = (lists: readonly Found[], k: number): Found => {
  if (lists.length === 0) return NOTHING
  if (lists.length === 1) return keep(lists[0]!, () => true, k)
  const half = lists.length >> 1
  return merge(mergeAll(lists.slice(0, half), k), mergeAll(lists.slice(half), k), k)
}
