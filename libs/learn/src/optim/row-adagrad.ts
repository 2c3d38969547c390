import type { RowRule } from './types.ts'

export interface RowAdagradOptions {
  readonly epsilon?: number
  /** What the accumulator starts from; damps the first steps. Default 0. */
  readonly initial?: number
}

/**
 * Adagrad with one accumulator per row, the mean square of its gradients (as in FBGEMM's
 * EXACT_ROWWISE_ADAGRAD): a third of Adam's memory.
 */
export const rowAdagrad =
  ({ epsilon = 1e-8, initial = 0 }: RowAdagradOptions = {}): RowRule =>
  (rows, dim) => {
    const seen = new Float32Array(rows).fill(initial)
    return {
      arrays: [seen],
      update: (values, { ids, sums }, { rate, scale }) => {
        for (let row = 0; row < ids.length; row++) {
          const id = ids[row]
          const from = row * dim
          const to = id * dim
          let square = 0
          for (let i = 0; i < dim; i++) square += (sums[from + i] * scale) ** 2
          const total = seen[id] + square / dim
          seen[id] = total
          const stride = (rate * scale) / (Math.sqrt(total) + epsilon)
          for (let i = 0; i < dim; i++) values[to + i] = values[to + i] - stride * sums[from + i]
        }
      },
    }
  }
