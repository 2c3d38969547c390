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
 * A bounded min-heap: O(length · log n), without sorting what is cut. Where most of it is wanted, a radix sort of
 * everything is several times as fast.
 */
export const top = (scores: ArrayLike<number>, n: number): Uint32Array => {
  const size = Math.min(Math.max(0, Math.trunc(n)), scores.length)
  const most = size * 4 > scores.length
  return most && scores instanceof Float32Array ? bySort(scores, size) : byHeap(scores, size)
}

/** Bits of a key that one pass sorts by; three passes do for 32. */
const DIGIT = 11
const counts = new Uint32Array(2 ** DIGIT)
/** Of the longest list so far: keys, and rows before and after a pass. */
let scratch = Array.from({ length: 3 }, () => new Uint32Array(0))

/** The first `size` of all rows, sorted from the least significant digit to the most; each pass keeps the order of what is equal. */
const bySort = (scores: Float32Array, size: number): Uint32Array => {
  const { length } = scores
  const bits = new Uint32Array(scores.buffer, scores.byteOffset, length)
  if (scratch[0]!.length < length) scratch = scratch.map(() => new Uint32Array(2 * length))
  const keys = scratch[0]!
  for (let row = 0; row < length; row++) {
    const score = scores[row]!
    const word = bits[row]!
    // Of two positive floats the greater has the greater bits, of two negative ones the smaller; best is least.
    const turned = word >>> 31 === 1 ? word : ~word & 0x7fffffff
    keys[row] = Number.isNaN(score) ? 0xffffffff : score === 0 ? 0x7fffffff : turned
  }
  let rows = scratch[1]!
  for (let row = 0; row < length; row++) rows[row] = row
  let sorted = scratch[2]!
  for (let shift = 0; shift < 32; shift += DIGIT) {
    counts.fill(0)
    for (let row = 0; row < length; row++) counts[(keys[row]! >>> shift) & (2 ** DIGIT - 1)]!++
    for (let digit = 0, before = 0; digit < counts.length; digit++) {
      const count = counts[digit]!
      counts[digit] = before
      before += count
    }
    for (let i = 0; i < length; i++) {
      const row = rows[i]!
      sorted[counts[(keys[row]! >>> shift) & (2 ** DIGIT - 1)]!++] = row
    }
    ;[rows, sorted] = [sorted, rows]
  }
  return rows.slice(0, size)
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
