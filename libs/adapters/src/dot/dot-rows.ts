import { type Found, foundAt, top } from '@explore/pipeline'
import { dotKernels, type DotKernels } from './dot-kernels.ts'
import { strideOf, type RowTable } from './row-table.ts'
import { PAGE, type WasmMemory } from './web-assembly.ts'

/** Inner products with the rows of one table. Holds scratch of its own: not for use by two threads. */
export interface DotRows {
  readonly rows: number
  readonly width: number
  /** query · row for each of `ids`, which must be below `rows`. */
  readonly scores: (query: Float32Array, ids: Uint32Array) => Float32Array
  /** The `k` rows of the largest inner product among the first `rows`, best first. Exact. */
  readonly nearest: (query: Float32Array, k: number, rows?: number) => Found
  /** Inner products of the first `n` rows with each other, symmetric [n, n]. */
  readonly gram: (n: number) => Float32Array
  /** Copies row `id` into `out` from `at` on. */
  readonly copy: (id: number, out: Float32Array, at: number) => void
}

/** Fewest rows for which looking for a bound first beats a heap over all scores. */
const BOUNDED_FROM = 4096
const SAMPLE = 1024

/** Opens a table for one thread: 8 bytes of scratch per row, of which only what is used takes memory. */
export const dotRows = (
  table: RowTable,
  kernelsOf: (memory: WasmMemory) => DotKernels = dotKernels,
): DotRows => {
  const { memory, rows, width } = table
  const stride = strideOf(width)
  const capacity = Math.ceil(Math.max(rows, 1024) / 4) * 4
  // Growing is atomic and pages are never given back, so what it adds is this thread's alone.
  const query = memory.grow(Math.ceil((stride + capacity * 4 + (capacity + 1) * 4) / PAGE)) * PAGE
  const scores = query + stride
  const ids = scores + capacity * 4
  const kernels = kernelsOf(memory)
  const values = new Float32Array(memory.buffer, 0, (rows * stride) / 4)
  const queryView = new Float32Array(memory.buffer, query, width)
  const scoresView = new Float32Array(memory.buffer, scores, capacity)
  const idsView = new Uint32Array(memory.buffer, ids, capacity)
  const sample = new Float32Array(SAMPLE)

  const ask = (vector: Float32Array): void => {
    if (vector.length !== width) {
      throw new RangeError(`the query has ${vector.length} dimensions, the rows have ${width}`)
    }
    queryView.set(vector)
  }

  /** A score that some more than `k` of the first `n` reach, as far as a sample can tell. */
  const boundOf = (k: number, n: number): number => {
    for (let i = 0; i < SAMPLE; i++) sample[i] = scoresView[Math.floor((i * n) / SAMPLE)]!
    sample.sort()
    const expected = (k * SAMPLE) / n
    return sample[Math.max(0, SAMPLE - Math.ceil(expected + 3 * Math.sqrt(expected) + 4))]!
  }

  const best = (k: number, n: number): Found => {
    if (n >= BOUNDED_FROM && k * 4 <= n) {
      scoresView.fill(Number.NaN, n, Math.ceil(n / 4) * 4)
      const kept = kernels.collect(scores, Math.ceil(n / 4) * 4, boundOf(k, n), ids)
      if (kept >= k) {
        const candidates = pick(idsView.subarray(0, kept))
        return foundAt(top(candidates.scores, k), candidates.items, candidates.scores)
      }
    }
    return pick(top(scoresView.subarray(0, n), k))
  }

  const pick = (items: Uint32Array): Found => {
    const picked = new Float32Array(items.length)
    for (let i = 0; i < items.length; i++) picked[i] = scoresView[items[i]!]!
    return { items, scores: picked }
  }

  return {
    rows,
    width,
    scores: (vector, wanted) => {
      ask(vector)
      const out = new Float32Array(wanted.length)
      for (let from = 0; from < wanted.length; from += capacity) {
        const part = wanted.subarray(from, from + capacity)
        idsView.set(part)
        kernels.gather(query, 0, stride, ids, part.length, scores)
        out.set(scoresView.subarray(0, part.length), from)
      }
      return out
    },
    nearest: (vector, k, n = rows) => {
      ask(vector)
      kernels.scan(query, 0, stride, n, scores)
      return best(Math.min(k, n), n)
    },
    gram: n => {
      const products = new Float32Array(n * n)
      for (let row = 0; row < n; row++) {
        // A row is the query for itself and those behind it; the rest is their mirror image.
        kernels.scan(row * stride, row * stride, stride, n - row, scores)
        for (let i = 0, at = row * n + row; row + i < n; i++) {
          products[at + i] = products[at + i * n] = scoresView[i]!
        }
      }
      return products
    },
    copy: (id, out, at) => {
      // For some 64 floats a loop costs a quarter of a subarray and a set.
      const from = (id * stride) / 4
      for (let i = 0; i < width; i++) out[at + i] = values[from + i]!
    },
  }
}
