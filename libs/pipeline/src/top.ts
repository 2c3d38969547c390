/** Whether row `a` ranks behind row `b`: less first, then later; NaN is behind every number. */
const behind = (scores: ArrayLike<number>, a: number, b: number): boolean => {
  const x = scores[a]!
  const y = scores[b]!
  if (x === y) return a > b
  if (Number.isNaN(x)) return Number.isNaN(y) ? a > b : true
  return x < y
}

/** 0-based rank of `row` among all rows. */
export const rankOf = (scores: ArrayLike<number>, row: number): number => {
  let rank = 0
  for (let other = 0; other < scores.length; other++) if (behind(scores, row, other)) rank++
  return rank
}

/**
 * Indexes of the `n` largest scores, best first; equal scores keep their order, NaN ranks last.
 * A bounded min-heap: O(length · log n), without sorting what is cut.
 */
export const top = (scores: ArrayLike<number>, n: number): Uint32Array => {
  const size = Math.min(Math.max(0, Math.trunc(n)), scores.length)
  const heap = new Uint32Array(size)
  if (size === 0) return heap

  const sink = (start: number, end: number): void => {
    const row = heap[start]!
    let at = start
    for (;;) {
      let child = 2 * at + 1
      if (child >= end) break
      if (child + 1 < end && behind(scores, heap[child + 1]!, heap[child]!)) child++
      if (!behind(scores, heap[child]!, row)) break
      heap[at] = heap[child]!
      at = child
    }
    heap[at] = row
  }

  for (let i = 0; i < size; i++) heap[i] = i
  for (let i = (size >> 1) - 1; i >= 0; i--) sink(i, size)
  for (let i = size; i < scores.length; i++) {
    if (behind(scores, heap[0]!, i)) {
      heap[0] = i
      sink(0, size)
    }
  }
  // The root is the worst of what is left, so the order comes out back to front.
  for (let end = size - 1; end > 0; end--) {
    const worst = heap[0]!
    heap[0] = heap[end]!
    heap[end] = worst
    sink(0, end)
  }
  return heap
}
