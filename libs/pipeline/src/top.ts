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

/** An f32 score and the number of a row below this fit into the integers of an f64. */
const ROWS = 2 ** 21

/**
 * Indexes of the `n` largest scores, best first; equal scores keep their order, NaN ranks last.
 * A bounded min-heap: O(length · log n), without sorting what is cut. Where most of it is wanted, a native sort is
 * twice as fast.
 */
export const top = (scores: ArrayLike<number>, n: number): Uint32Array => {
  const size = Math.min(Math.max(0, Math.trunc(n)), scores.length)
  const most = size * 4 > scores.length && scores.length <= ROWS
  return most && scores instanceof Float32Array ? bySort(scores, size) : byHeap(scores, size)
}

/** Each score and its row become one integer that sorts as `behind` has it. */
const bySort = (scores: Float32Array, size: number): Uint32Array => {
  const bits = new Uint32Array(scores.buffer, scores.byteOffset, scores.length)
  const keys = new Float64Array(scores.length)
  for (let row = 0; row < keys.length; row++) {
    const score = scores[row]!
    const word = bits[row]!
    // Of two positive floats the greater has the greater bits, of two negative ones the smaller.
    const turned = word >>> 31 === 1 ? ~word >>> 0 : word + 0x80000000
    const order = Number.isNaN(score) ? 0 : score === 0 ? 0x80000000 : turned
    keys[row] = -(order * ROWS + (ROWS - 1 - row))
  }
  keys.sort()
  const rows = new Uint32Array(size)
  for (let i = 0; i < size; i++) {
    const key = -keys[i]!
    rows[i] = ROWS - 1 - (key - Math.floor(key / ROWS) * ROWS)
  }
  return rows
}

const byHeap = (given: ArrayLike<number>, size: number): Uint32Array => {
  // Of one kind, whatever came: loads from arrays of many kinds cost more than this copy.
  const scores = new Float64Array(given)
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
