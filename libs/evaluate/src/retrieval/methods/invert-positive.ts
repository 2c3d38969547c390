import { graph, program } from '@explore/learn'

/** Rows of a block: its inverse is made in plain script, everything else by the runtime. */
const BLOCK = 256

/**
 * The inverse of a symmetric positive definite matrix [n, n], in place, by sweeping blocks of pivots
 * (Goodnight, 1979) over the lower triangle: n³ multiplications in all, in single precision.
 */
export const invertPositive = async (
  matrix: Float32Array,
  n: number,
  onProgress: (fraction: number) => void = () => {},
): Promise<void> => {
  const g = graph()
  const a = g.input('a', 'float32', ['rows', 'columns'])
  const q = g.input('q', 'float32', ['rows', 'pivots'])
  const p = g.input('p', 'float32', ['columns', 'pivots'])
  const update = await program(g, { a: g.sub(a, g.matmul(q, p, { b: true })) }, { reuse: true })
  const d = g.input('d', 'float32', ['pivots', 'pivots'])
  const scale = await program(g, { q: g.matmul(p, d) })
  try {
    // The lower triangle as strips of rows, each as wide as its last row is long.
    const starts = Array.from({ length: Math.ceil(n / BLOCK) }, (_, i) => i * BLOCK)
    const endOf = (start: number): number => Math.min(n, start + BLOCK)
    const strips = starts.map(start => {
      const end = endOf(start)
      const strip = new Float32Array((end - start) * end)
      for (let row = start; row < end; row++) {
        strip.set(matrix.subarray(row * n, row * n + end), (row - start) * end)
      }
      return strip
    })
    for (const [k, from] of starts.entries()) {
      const to = endOf(from)
      const width = to - from
      // Column block k of the whole, of which the part above the diagonal is row block k turned.
      const panel = new Float32Array(n * width)
      for (const [i, start] of starts.entries()) {
        const end = endOf(start)
        for (let row = start; row < end; row++) {
          for (let column = 0; column < width; column++) {
            panel[row * width + column] =
              i >= k
                ? strips[i]![(row - start) * end + from + column]!
                : strips[k]![column * to + row]!
          }
        }
      }
      const pivot = invertSmall(panel.subarray(from * width, to * width), width)
      const scaled = (
        await scale.run({
          p: { data: panel, dims: [n, width] },
          d: { data: pivot, dims: [width, width] },
        })
      ).q.data as Float32Array
      for (const [i, start] of starts.entries()) {
        const end = endOf(start)
        const swept = await update.run({
          a: { data: strips[i]!, dims: [end - start, end] },
          q: { data: scaled.subarray(start * width, end * width), dims: [end - start, width] },
          p: { data: panel.subarray(0, end * width), dims: [end, width] },
        })
        strips[i]!.set(swept.a.data as Float32Array)
        const strip = strips[i]!
        if (i >= k) {
          for (let row = start; row < end; row++) {
            for (let column = 0; column < width; column++) {
              strip[(row - start) * end + from + column] =
                i === k ? -pivot[(row - from) * width + column]! : scaled[row * width + column]!
            }
          }
        }
      }
      for (let row = 0; row < from; row++) {
        for (let column = 0; column < width; column++) {
          strips[k]![column * to + row] = scaled[row * width + column]!
        }
      }
      onProgress((k + 1) / starts.length)
    }
    for (const [i, start] of starts.entries()) {
      const end = endOf(start)
      for (let row = start; row < end; row++) {
        for (let column = 0; column <= row; column++) {
          const value = -strips[i]![(row - start) * end + column]!
          matrix[row * n + column] = value
          matrix[column * n + row] = value
        }
      }
    }
  } finally {
    await update.release()
    await scale.release()
  }
}

/** The inverse of a small symmetric positive definite matrix by Gauss and Jordan, in double precision. */
const invertSmall = (matrix: Float32Array, n: number): Float32Array => {
  const a = Float64Array.from(matrix)
  for (let k = 0; k < n; k++) {
    const pivot = a[k * n + k]!
    a[k * n + k] = 1
    for (let j = 0; j < n; j++) a[k * n + j]! /= pivot
    for (let i = 0; i < n; i++) {
      const factor = a[i * n + k]!
      if (i === k || factor === 0) continue
      a[i * n + k] = 0
      for (let j = 0; j < n; j++) a[i * n + j]! -= factor * a[k * n + j]!
    }
  }
  return Float32Array.from(a)
}
